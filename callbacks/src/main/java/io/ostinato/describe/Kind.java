package io.ostinato.describe;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * One of several kinds of values, chosen by {@code kind:} in a configuration: a record, a class
 * whose only public constructor takes a record, or a method that makes the value.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Kind {
  /**
   * The word behind {@code kind:}. Empty for the kind of users' classes, which are chosen by their
   * names; it has a component or parameter {@code kind}, which is given the name.
   */
  String name();

  /** What the kind is, in one sentence, for documentation and editors. */
  String value();

  /** Why this kind is refused, if people may ask for it but it can't work; empty otherwise. */
  String refused() default "";

  /**
   * For a method that is not static: optional keys of the object it is called on that make no
   * difference to this kind, and are therefore no keys of it.
   */
  String[] ignores() default {};

  /** The key that a value alone stands for on a command line; the first one if empty. */
  String first() default "";
}
