package io.ostinato.describe;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A class on the class path, by name.
 *
 * @param name the binary name, such as {@code com.example.MyNet} or {@code com.example.Nets$Mine}
 *     for a nested class
 * @param options passed to a constructor that takes a map: strings, numbers, booleans, lists and
 *     maps
 */
public record UserClass(String name, Map<String, Object> options) {

  /**
   * The record with which a class declares its own keys, if any.
   *
   * @throws IllegalArgumentException if there is no such class, or a component of the record can't
   *     be a key
   */
  public static Optional<Class<?>> parameters(String name, OwnKeys own) {
    return Parameters.of(new UserClass(name, Map.of()).find(), List.of(own.given()));
  }

  /**
   * Loads the class.
   *
   * @throws IllegalArgumentException if it is not on the class path, is abstract, or is not of any
   *     of these types
   */
  public Class<?> load(Class<?>... types) {
    Class<?> type = find();
    if (Stream.of(types).noneMatch(wanted -> wanted.isAssignableFrom(type))) {
      throw new IllegalArgumentException(
          "the class '%s' is not a subtype of %s"
              .formatted(
                  name, Stream.of(types).map(Class::getName).collect(Collectors.joining(" or "))));
    }
    if (Modifier.isAbstract(type.getModifiers())) {
      throw new IllegalArgumentException("the class '%s' is abstract".formatted(name));
    }
    return type;
  }

  /**
   * Checks that {@link #create} will find a constructor.
   *
   * @throws IllegalArgumentException if there is none; the message lists the accepted ones
   */
  public void check(List<Class<?>> given, Class<?>... types) {
    Class<?> type = load(types);
    if (candidates(given).stream().noneMatch(list -> constructor(type, list).isPresent())) {
      throw new IllegalArgumentException(
          "the class '%s' needs a public constructor: %s"
              .formatted(
                  name,
                  candidates(given).stream()
                      .map(UserClass::text)
                      .collect(Collectors.joining(" or "))));
    }
  }

  /**
   * Creates an object with the first constructor found that takes: the given objects and the
   * options; the given objects; the options; nothing. Constructors without the options are
   * considered only if there are no options.
   *
   * @param given the first arguments, by type
   */
  public <T> T create(Map<Class<?>, Object> given, Class<T> type) {
    List<Class<?>> types = List.copyOf(given.keySet());
    check(types, type);
    Class<?> loaded = load(type);
    for (List<Class<?>> candidate : candidates(types)) {
      Constructor<?> constructor = constructor(loaded, candidate).orElse(null);
      if (constructor != null) {
        return type.cast(
            invoke(
                constructor,
                candidate.stream()
                    .map(parameter -> parameter == Map.class ? options : given.get(parameter))
                    .toArray()));
      }
    }
    throw new IllegalStateException("checked before");
  }

  /**
   * Creates an object of a class that declares its parameters, with the constructor that takes the
   * given objects and the parameters, or the parameters alone.
   *
   * @throws IllegalArgumentException if there is no such constructor, or options are given
   */
  public <T> T create(Map<Class<?>, Object> given, Record parameters, Class<T> type) {
    if (!options.isEmpty()) {
      throw new IllegalArgumentException(
          "the class '%s' takes no options but has its own keys: %s; write them next to 'kind'"
              .formatted(
                  name,
                  Description.of(parameters.getClass()).keys().stream()
                      .map(KeyInfo::name)
                      .collect(Collectors.joining(", "))));
    }
    Class<?> loaded = load(type);
    List<Class<?>> types = new ArrayList<>(given.keySet());
    types.add(parameters.getClass());
    Optional<Constructor<?>> constructor = constructor(loaded, types);
    if (constructor.isPresent()) {
      List<Object> arguments = new ArrayList<>(given.values());
      arguments.add(parameters);
      return type.cast(invoke(constructor.get(), arguments.toArray()));
    }
    List<Class<?>> alone = List.of(parameters.getClass());
    return type.cast(
        invoke(
            constructor(loaded, alone)
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "the class '%s' needs a public constructor: %s or %s"
                                .formatted(name, text(types), text(alone)))),
            new Object[] {parameters}));
  }

  private Class<?> find() {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    ClassLoader loader = context == null ? UserClass.class.getClassLoader() : context;
    try {
      return Class.forName(name, false, loader);
    } catch (ClassNotFoundException | LinkageError e) {
      throw new IllegalArgumentException(
          "there is no class '%s' on the class path; add its jar, with --jars for spark-submit"
              .formatted(name));
    }
  }

  private List<List<Class<?>>> candidates(List<Class<?>> given) {
    List<List<Class<?>>> candidates = new ArrayList<>();
    for (List<Class<?>> first :
        given.isEmpty() ? List.of(given) : List.of(given, List.<Class<?>>of())) {
      List<Class<?>> withOptions = new ArrayList<>(first);
      withOptions.add(Map.class);
      candidates.add(withOptions);
      if (options.isEmpty()) {
        candidates.add(first);
      }
    }
    return candidates;
  }

  private static Optional<Constructor<?>> constructor(Class<?> type, List<Class<?>> parameters) {
    try {
      return Optional.of(type.getConstructor(parameters.toArray(Class[]::new)));
    } catch (NoSuchMethodException e) {
      return Optional.empty();
    }
  }

  private Object invoke(Constructor<?> constructor, Object[] arguments) {
    try {
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(
          "the class '%s' can't be instantiated: %s".formatted(name, e.getCause()), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          "the class '%s' can't be instantiated: %s; is it public?".formatted(name, e), e);
    }
  }

  private static String text(List<Class<?>> parameters) {
    return parameters.stream()
        .map(Class::getSimpleName)
        .collect(Collectors.joining(", ", "(", ")"));
  }
}
