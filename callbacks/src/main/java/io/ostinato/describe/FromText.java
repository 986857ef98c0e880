package io.ostinato.describe;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The static method by which a configuration makes values of its class: it takes the text and
 * returns an {@link java.util.Optional}, empty if the text is not allowed.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface FromText {
  /** What is allowed, as in {@code a size such as 512m or 2g}. */
  String value();

  /** The regular expression that the text matches; empty if there is none. */
  String pattern() default "";
}
