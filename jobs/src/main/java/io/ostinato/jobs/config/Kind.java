package io.ostinato.jobs.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A record is one of several kinds, those that a sealed interface permits. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Kind {
  /**
   * The word behind {@code kind:}. Empty for a user's class, whose name stands there; the record
   * then has a component {@code kind}.
   */
  String name();

  /** What it is. */
  String value();

  /** Why this kind is refused, for one that people may ask for; empty for those that work. */
  String refused() default "";
}
