package io.ostinato.describe;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.function.UnaryOperator;

/**
 * Lists the kinds of values of a type, or of a component or parameter. A sealed interface needs no
 * list: its kinds are the records it permits.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.RECORD_COMPONENT, ElementType.PARAMETER})
public @interface OneOf {
  /** Classes that are annotated with {@link Kind}, or have methods that are. */
  Class<?>[] value();

  /**
   * A record whose keys are added to every kind, and which changes the value accordingly. Default:
   * none.
   */
  @SuppressWarnings("rawtypes") // an annotation can't name the type of the values
  Class<? extends UnaryOperator> then() default NoChange.class;

  /** Returns the value unchanged. */
  record NoChange() implements UnaryOperator<Object> {
    @Override
    public Object apply(Object value) {
      return value;
    }
  }
}
