/** From YAML to records: one description of the keys for binding, the schema and the tables. */
@NullMarked
package io.ostinato.jobs.config;

import org.jspecify.annotations.NullMarked;
