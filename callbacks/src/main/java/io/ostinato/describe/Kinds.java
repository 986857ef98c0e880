package io.ostinato.describe;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The kinds of values of a type. */
public final class Kinds {
  /** The key that selects the kind. */
  public static final String KIND = "kind";

  private final Class<?> type;
  private final Map<String, OneKind> byName = new LinkedHashMap<>();
  private @Nullable OneKind ofUser;

  /**
   * A kind and its description.
   *
   * @param kind its name and meaning
   * @param description how its values are created
   * @param shorthand the key whose value can be written instead of the section; empty if there is
   *     none
   */
  public record OneKind(Kind kind, Description description, String shorthand) {
    public String name() {
      return kind.name();
    }
  }

  private Kinds(Class<?> type, List<OneKind> all) {
    this.type = type;
    for (OneKind one : all) {
      if (one.name().isEmpty()) {
        ofUser = one;
      } else if (byName.put(one.name(), one) != null) {
        throw new IllegalStateException(
            "two kinds of %s are named '%s'".formatted(type.getName(), one.name()));
      }
    }
  }

  /**
   * The kinds that a type lists in its own annotation, or permits.
   *
   * @throws IllegalArgumentException if it lists none
   */
  public static Kinds of(Class<?> type) {
    OneOf listed = type.getAnnotation(OneOf.class);
    if (listed == null && type.isSealed()) {
      return ofSealed(type);
    }
    if (listed == null) {
      throw new IllegalArgumentException(type.getName() + " lists no kinds");
    }
    return of(type, listed);
  }

  static Kinds of(Class<?> type, OneOf listed) {
    List<OneKind> all = new ArrayList<>();
    for (Class<?> holder : listed.value()) {
      if (holder.isAnnotationPresent(Kind.class)) {
        all.add(ofClass(holder));
      } else {
        methods(holder).forEach(m -> all.add(of(m, Description.ofMethod(m, listed.then()))));
      }
    }
    return new Kinds(type, all);
  }

  static Kinds ofSealed(Class<?> sealed) {
    return new Kinds(
        sealed, Stream.of(sealed.getPermittedSubclasses()).map(Kinds::ofClass).toList());
  }

  private static OneKind ofClass(Class<?> type) {
    return of(type, Description.of(type));
  }

  private static OneKind of(AnnotatedElement annotated, Description description) {
    Shorthand shorthand = annotated.getAnnotation(Shorthand.class);
    return new OneKind(
        annotated.getAnnotation(Kind.class),
        description,
        shorthand == null ? "" : shorthand.value());
  }

  /** Sorted by name, since reflection returns methods in no particular order. */
  private static List<Method> methods(Class<?> holder) {
    return Stream.of(holder.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(Kind.class))
        .sorted(Comparator.comparing(method -> method.getAnnotation(Kind.class).name()))
        .toList();
  }

  /** The type of the values. */
  public Class<?> type() {
    return type;
  }

  /** The kind with this name; a name with a dot is that of a user's class. */
  public Optional<OneKind> find(String name) {
    OneKind known = byName.get(name);
    return known == null && name.contains(".")
        ? Optional.ofNullable(ofUser)
        : Optional.ofNullable(known);
  }

  /** The kind of users' classes, if they are allowed. */
  public Optional<OneKind> ofUser() {
    return Optional.ofNullable(ofUser);
  }

  /** The kind that can be written as the value of one of its keys, if there is one. */
  public Optional<OneKind> shorthand() {
    return byName.values().stream().filter(one -> !one.shorthand().isEmpty()).findFirst();
  }

  /** The kinds that have a name and aren't rejected, in order. */
  public List<OneKind> named() {
    return byName.values().stream().filter(one -> one.kind().refused().isEmpty()).toList();
  }

  /** The names of the kinds that aren't rejected. */
  public List<String> names() {
    return named().stream().map(OneKind::name).toList();
  }
}
