package io.ostinato.describe;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.function.UnaryOperator;

/**
 * Lists the kinds that values of a type, or of a component or parameter, can be. A sealed interface
 * needs no list: its kinds are the records that it permits.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.RECORD_COMPONENT, ElementType.PARAMETER})
public @interface OneOf {
  /** Classes that are a {@link Kind} themselves, or have methods that are. */
  Class<?>[] value();

  /**
   * A record whose keys every kind has in addition, and which changes the value accordingly; none
   * by default.
   */
  @SuppressWarnings("rawtypes") // an annotation can't name the type of the values
  Class<? extends UnaryOperator> then() default NoChange.class;

  /** The value as it is. */
  record NoChange() implements UnaryOperator<Object> {
    @Override
    public Object apply(Object value) {
      return value;
    }
  }
}
