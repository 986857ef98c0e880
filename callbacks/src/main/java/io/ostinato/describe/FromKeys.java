package io.ostinato.describe;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The static method by which a configuration makes values of its class: its parameters are the
 * keys.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface FromKeys {
  /** A whole number as {@code key=value}, assumed if none of the keys is given; empty for none. */
  String ifEmpty() default "";
}
