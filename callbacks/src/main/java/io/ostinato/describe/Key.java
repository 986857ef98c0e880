package io.ostinato.describe;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares a component of a record or a parameter of a factory method as a key of a configuration,
 * named in snake case unless it has a name of its own. The key is required unless it has a default
 * or is optional.
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

  /**
   * Whether the key can be omitted although it has no default: the value is null, or an empty list
   * or map.
   */
  boolean optional() default false;

  /** A former name of the key, which is still accepted. */
  String formerly() default "";

  /** What happens without the key, for documentation, if the default alone doesn't say it. */
  String otherwise() default "";

  /** The minimum, inclusive. */
  double atLeast() default Double.NEGATIVE_INFINITY;

  /** The lower bound, exclusive. */
  double above() default Double.NEGATIVE_INFINITY;

  /** The maximum, inclusive. */
  double atMost() default Double.POSITIVE_INFINITY;

  /** The upper bound, exclusive. */
  double below() default Double.POSITIVE_INFINITY;
}
