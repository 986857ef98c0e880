/**
 * How callbacks, metrics and settings describe themselves, once: the name, type, default, allowed
 * values and meaning of each key. Configuration files, schemas, documentation and the defaults of
 * the Java API are derived from these descriptions.
 */
@NullMarked
package io.ostinato.describe;

import org.jspecify.annotations.NullMarked;
