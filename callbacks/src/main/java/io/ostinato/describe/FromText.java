package io.ostinato.describe;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the static method with which a configuration creates values of its class. It takes a string
 * and returns an {@link java.util.Optional}, which is empty if the string is invalid.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface FromText {
  /** A description of valid strings, such as {@code a size such as 512m or 2g}. */
  String value();

  /** A regular expression that valid strings match; empty for none. */
  String pattern() default "";
}
