package io.ostinato.describe;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a configuration creates values of a type: the parts of a value, and how they are combined.
 */
public final class Description {
  private final String name;
  private final List<Part> parts;
  private final String ifEmpty;
  private final Maker maker;

  private interface Maker {
    Object make(@Nullable Object[] values);
  }

  private Description(String name, List<Part> parts, Maker maker) {
    this(name, parts, "", maker);
  }

  private Description(String name, List<Part> parts, String ifEmpty, Maker maker) {
    this.name = name;
    this.parts = List.copyOf(parts);
    this.ifEmpty = ifEmpty;
    this.maker = maker;
  }

  /** Whether {@link #of} describes a type. */
  public static boolean isDescribed(Class<?> type) {
    return Makers.annotated(type, FromKeys.class).isPresent()
        || type.isRecord()
        || type.isAnnotationPresent(Kind.class);
  }

  /**
   * Describes a class by its method annotated with {@link FromKeys}, a record by its components, or
   * a {@link Kind} by its only public constructor, which takes a record.
   *
   * @throws IllegalArgumentException if the class is none of these, or has a component or parameter
   *     of a type that no configuration can create
   */
  public static Description of(Class<?> type) {
    Optional<Method> factory = Makers.annotated(type, FromKeys.class);
    if (factory.isPresent()) {
      Method method = factory.get();
      return new Description(
          type.getName(),
          parts(method),
          method.getAnnotation(FromKeys.class).ifEmpty(),
          values -> Makers.invoke(method, null, values));
    }
    return type.isRecord() ? ofRecord(type) : ofConstructor(type);
  }

  private static Description ofRecord(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = Stream.of(components).map(RecordComponent::getType).toArray(Class[]::new);
    Constructor<?> constructor;
    try {
      constructor = type.getDeclaredConstructor(types);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(type + " has no canonical constructor", e);
    }
    boolean isKind = type.isAnnotationPresent(Kind.class);
    List<Part> parts = new ArrayList<>();
    for (RecordComponent component : components) {
      parts.add(
          part(type.getName(), component.getName(), component.getGenericType(), component, isKind));
    }
    return new Description(type.getName(), parts, values -> Makers.construct(constructor, values));
  }

  private static Description ofConstructor(Class<?> type) {
    Constructor<?>[] constructors = type.getConstructors();
    if (constructors.length != 1
        || constructors[0].getParameterCount() != 1
        || !constructors[0].getParameterTypes()[0].isRecord()) {
      throw new IllegalArgumentException(
          type.getName() + " needs exactly one public constructor, which takes a record");
    }
    Constructor<?> constructor = constructors[0];
    Part config = new Part.Inlined(of(constructor.getParameterTypes()[0]));
    return new Description(
        type.getName(), List.of(config), values -> Makers.construct(constructor, values));
  }

  /** Describes a method annotated with {@link Kind}, and the change applied to its value. */
  static Description ofMethod(Method method, Class<?> then) {
    List<Part> parts = new ArrayList<>(parts(method));
    int own = parts.size();
    boolean isStatic = Modifier.isStatic(method.getModifiers());
    if (!isStatic) {
      Set<String> ignored = Set.of(method.getAnnotation(Kind.class).ignores());
      parts.add(new Part.Inlined(of(method.getDeclaringClass()).without(ignored)));
    }
    parts.add(new Part.Inlined(of(then)));
    return new Description(
        method.getDeclaringClass().getName() + "." + method.getName(),
        parts,
        values -> {
          @Nullable Object[] arguments = Stream.of(values).limit(own).toArray();
          Object made = Makers.invoke(method, isStatic ? null : values[own], arguments);
          return changed(made, values[values.length - 1]);
        });
  }

  @SuppressWarnings("unchecked") // all kinds of a type create values of that type
  private static Object changed(Object made, @Nullable Object then) {
    return then == null ? made : ((UnaryOperator<Object>) then).apply(made);
  }

  private static List<Part> parts(Method method) {
    boolean isKind = method.isAnnotationPresent(Kind.class);
    String owner = method.getDeclaringClass().getName() + "." + method.getName();
    List<Part> parts = new ArrayList<>();
    for (Parameter parameter : method.getParameters()) {
      parts.add(
          part(owner, parameter.getName(), parameter.getParameterizedType(), parameter, isKind));
    }
    return parts;
  }

  private static Part part(
      String owner, String name, Type type, AnnotatedElement at, boolean isOfKind) {
    if (at.isAnnotationPresent(Inline.class)) {
      return new Part.Inlined(of((Class<?>) type));
    }
    OwnKeys own = at.getAnnotation(OwnKeys.class);
    if (own != null) {
      return new Part.Own(own);
    }
    return isOfKind && name.equals(Kinds.KIND)
        ? new Part.ClassName()
        : new Part.OfKey(KeyInfo.of(owner, name, type, at));
  }

  private Description without(Set<String> keys) {
    return new Description(
        name, parts.stream().map(part -> without(keys, part)).toList(), ifEmpty, maker);
  }

  private static Part without(Set<String> keys, Part part) {
    if (part instanceof Part.Inlined inlined) {
      return new Part.Inlined(inlined.description().without(keys));
    }
    return part instanceof Part.OfKey of && keys.contains(of.key().name())
        ? new Part.LeftOut()
        : part;
  }

  /** The parts of a value, in order. */
  public List<Part> parts() {
    return parts;
  }

  /** All keys in order, including inlined ones but not those of users' classes. */
  public List<KeyInfo> keys() {
    List<KeyInfo> keys = new ArrayList<>();
    for (Part part : parts) {
      if (part instanceof Part.OfKey of) {
        keys.add(of.key());
      } else if (part instanceof Part.Inlined inlined) {
        keys.addAll(inlined.description().keys());
      }
    }
    return keys;
  }

  /** The key that has a default only if none of the keys is given, if there is one. */
  public Optional<String> keyIfEmpty() {
    return ifEmpty.isEmpty()
        ? Optional.empty()
        : Optional.of(ifEmpty.substring(0, ifEmpty.indexOf('=')));
  }

  /**
   * The integer that is the default of {@link #keyIfEmpty}.
   *
   * @throws IllegalStateException if there is no such key
   */
  public long valueIfEmpty() {
    if (ifEmpty.isEmpty()) {
      throw new IllegalStateException(name + " has no such key");
    }
    return Long.parseLong(ifEmpty.substring(ifEmpty.indexOf('=') + 1));
  }

  /**
   * The types that constructors of users' classes may take before their own keys, if they can have
   * any.
   */
  public Optional<OwnKeys> ownKeys() {
    return parts.stream()
        .flatMap(part -> part instanceof Part.Own own ? Stream.of(own.keys()) : Stream.of())
        .findFirst();
  }

  /**
   * Creates a value.
   *
   * @param values one for each part; null for a part that is missing
   * @throws IllegalArgumentException if the value's class rejects them; the message says why
   */
  public Object make(List<? extends @Nullable Object> values) {
    return maker.make(values.toArray());
  }

  @Override
  public String toString() {
    return name;
  }
}
