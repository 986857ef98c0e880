package io.ostinato.jobs.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A component of a record is a key of a configuration: its name in snake case. The key is needed
 * unless it has a default or is optional.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Key {
  /** What it means, for readers of the tables and the schema. */
  String value();

  /** The default, as YAML. */
  String byDefault() default "";

  /** Whether it may be left out without a default: null, or an empty list or map. */
  boolean optional() default false;

  /** A name that it had before, and that is still taken. */
  String formerly() default "";

  /** What is done without it, for the tables. */
  String otherwise() default "";

  double atLeast() default Double.NEGATIVE_INFINITY;

  double above() default Double.NEGATIVE_INFINITY;

  double atMost() default Double.POSITIVE_INFINITY;

  double below() default Double.POSITIVE_INFINITY;
}
