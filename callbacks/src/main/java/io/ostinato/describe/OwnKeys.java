package io.ostinato.describe;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The keys that a user's class declares by a record stand among those of the value that has this
 * component or parameter; it is null for a class that declares none.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.PARAMETER})
public @interface OwnKeys {
  /** The types that a constructor of the class may take before the record. */
  Class<?>[] given();
}
