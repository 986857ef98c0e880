package io.ostinato.jobs.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The keys that a user's class names, those of a {@link Parameters} record, stand among those of
 * the record that has this component; null for a class that names none.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface OwnKeys {
  /** What a constructor of the class may take before its parameters. */
  Class<?>[] given();
}
