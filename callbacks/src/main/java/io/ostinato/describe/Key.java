package io.ostinato.describe;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a component of a record, or a parameter of a factory method, a key of a configuration,
 * under its name in snake case, or the one that is given here. The key is required unless it has a
 * default or is optional.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.PARAMETER})
public @interface Key {
  /** What the key means, in one sentence, for documentation and editors. */
  String value();

  /** The key's name; empty for that of the component or parameter in snake case. */
  String name() default "";

  /** The default, as YAML. */
  String byDefault() default "";

  /** Whether the key may be left out without a default: it is null, or an empty list or map. */
  boolean optional() default false;

  /** A name that the key had before, and that is still accepted. */
  String formerly() default "";

  /** What happens without the key, for documentation, where the default doesn't say it. */
  String otherwise() default "";

  /** The least number that is allowed. */
  double atLeast() default Double.NEGATIVE_INFINITY;

  /** Numbers must be greater than this. */
  double above() default Double.NEGATIVE_INFINITY;

  /** The greatest number that is allowed. */
  double atMost() default Double.POSITIVE_INFINITY;

  /** Numbers must be less than this. */
  double below() default Double.POSITIVE_INFINITY;
}
