package io.ostinato.describe;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares one of several kinds of values, selected by {@code kind:} in a configuration: a record,
 * a class whose only public constructor takes a record, or a method that creates the value.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Kind {
  /**
   * The value of {@code kind:}. Empty for the kind of users' classes, which are selected by class
   * name; such a kind has a component or parameter {@code kind}, which receives that name.
   */
  String name();

  /** A description of the kind in one sentence, for documentation and editors. */
  String value();

  /**
   * Why this kind is rejected, if users might expect it although it can't work; empty otherwise.
   */
  String refused() default "";

  /**
   * For an instance method: optional keys of the object it is called on that have no effect on this
   * kind, and are therefore not among its keys.
   */
  String[] ignores() default {};

  /** The key set by a value without a key on a command line; the first key if empty. */
  String first() default "";
}
