/**
 * Binds YAML to records. The description of the keys also yields the JSON schema and the tables of
 * the documentation.
 */
@NullMarked
package io.ostinato.jobs.config;

import org.jspecify.annotations.NullMarked;
