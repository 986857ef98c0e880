package io.ostinato.describe;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The type of the values of a key. */
public sealed interface ValueType {

  /** Values that are written as one text. */
  sealed interface Single extends ValueType permits Scalar, Word, Text {
    /** The value of a text; empty if the text is not allowed. */
    Optional<?> value(String text);

    /** What is allowed, as in {@code true or false}. */
    String inWords();
  }

  /** A string, an integer, a decimal number, or a boolean. */
  record Scalar(Class<?> type) implements Single {
    private static final Set<Class<?>> WHOLE =
        Set.of(int.class, Integer.class, long.class, Long.class);
    private static final Set<Class<?>> DECIMAL = Set.of(double.class, Double.class);
    private static final Set<Class<?>> OTHER = Set.of(boolean.class, Boolean.class, String.class);

    /** Whether values are integers. */
    public boolean isWhole() {
      return WHOLE.contains(type);
    }

    /** Whether values are floating-point numbers. */
    public boolean isDecimal() {
      return DECIMAL.contains(type);
    }

    /** The number of bits of an integer. */
    public int bits() {
      return type == int.class || type == Integer.class ? Integer.SIZE : Long.SIZE;
    }

    @Override
    public Optional<?> value(String text) {
      if (type == String.class) {
        return Optional.of(text);
      }
      if (!isWhole() && !isDecimal()) {
        return Stream.of(true, false).filter(truth -> truth.toString().equals(text)).findFirst();
      }
      try {
        if (isDecimal()) {
          return Optional.of(Double.parseDouble(text)).filter(Double::isFinite);
        }
        return bits() == Integer.SIZE
            ? Optional.of(Integer.parseInt(text))
            : Optional.of(Long.parseLong(text));
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }

    @Override
    public String inWords() {
      if (isDecimal()) {
        return "a number";
      }
      if (isWhole()) {
        return "a whole number";
      }
      return type == String.class ? "text" : "true or false";
    }

    static boolean isScalar(Class<?> type) {
      return WHOLE.contains(type) || DECIMAL.contains(type) || OTHER.contains(type);
    }
  }

  /** A constant of an enum, written in lower case. */
  record Word(Class<?> enumeration) implements Single {
    public List<String> words() {
      return Words.all(enumeration);
    }

    @Override
    public Optional<?> value(String word) {
      return Words.constant(enumeration, word);
    }

    @Override
    public String inWords() {
      return "one of " + String.join(", ", words());
    }
  }

  /** A value that a class creates from a string; see {@link FromText}. */
  record Text(Method parse, FromText how) implements Single {
    @Override
    public Optional<?> value(String text) {
      return (Optional<?>) Makers.invoke(parse, null, text);
    }

    @Override
    public String inWords() {
      return how.value();
    }
  }

  /** Any value that a configuration can hold, as plain Java objects. */
  record Anything() implements ValueType {}

  /** A list whose elements have one type. */
  record ListOf(ValueType element) implements ValueType {}

  /** A map with string keys whose values have one type. */
  record MapOf(ValueType element) implements ValueType {}

  /** A section of keys, which creates a value of one class. */
  record Section(Class<?> type) implements ValueType {
    public Description description() {
      return Description.of(type);
    }
  }

  /** A section whose {@code kind} determines which keys it has. */
  record Choice(Kinds kinds) implements ValueType {}

  /**
   * The type of a component or parameter.
   *
   * @param type as Java declares it
   * @param at the component or parameter, which can list {@linkplain OneOf kinds}
   * @throws IllegalArgumentException if no configuration can create such values
   */
  static ValueType of(Type type, AnnotatedElement at) {
    return find(type, at)
        .orElseThrow(
            () -> new IllegalArgumentException("a configuration can't create values of " + type));
  }

  /** Like {@link #of}, but empty if no configuration can create such values. */
  static Optional<ValueType> find(Type type, AnnotatedElement at) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType() == List.class) {
        return find(arguments[0], at).map(ListOf::new);
      }
      if (generic.getRawType() == Map.class) {
        return arguments[0] == String.class
            ? find(arguments[1], at).map(MapOf::new)
            : Optional.empty();
      }
      return find(generic.getRawType(), at);
    }
    return type instanceof Class<?> plain ? ofClass(plain, at) : Optional.empty();
  }

  private static Optional<ValueType> ofClass(Class<?> type, AnnotatedElement at) {
    OneOf listed =
        at.isAnnotationPresent(OneOf.class)
            ? at.getAnnotation(OneOf.class)
            : type.getAnnotation(OneOf.class);
    if (listed != null) {
      return Optional.of(new Choice(Kinds.of(type, listed)));
    }
    Optional<Method> parse = Makers.annotated(type, FromText.class);
    if (parse.isPresent()) {
      return parse.map(method -> new Text(method, method.getAnnotation(FromText.class)));
    }
    if (Description.isDescribed(type)) {
      return Optional.of(new Section(type));
    }
    if (type.isSealed()) {
      return Optional.of(new Choice(Kinds.ofSealed(type)));
    }
    if (type.isEnum()) {
      return Optional.of(new Word(type));
    }
    if (type == Object.class) {
      return Optional.of(new Anything());
    }
    return Scalar.isScalar(type) ? Optional.of(new Scalar(type)) : Optional.empty();
  }
}
