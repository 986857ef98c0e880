/** Architectures of models: built-in ones by name, and users' classes. */
@NullMarked
package io.ostinato.jobs.model;

import org.jspecify.annotations.NullMarked;
