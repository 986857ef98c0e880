package io.ostinato.describe;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Places the keys that a user's class declares with a record among those of the value that has this
 * component or parameter, which is null for a class that declares none.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.PARAMETER})
public @interface OwnKeys {
  /** The types that a constructor of the class can take before the record. */
  Class<?>[] given();
}
