package io.ostinato.describe;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the static method with which a configuration creates values of its class; its parameters
 * are the keys.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface FromKeys {
  /** An integer default as {@code key=value}, used if none of the keys is given; empty for none. */
  String ifEmpty() default "";
}
