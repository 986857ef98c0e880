/** Models by name: architectures that ship, and users' classes. */
@NullMarked
package io.ostinato.jobs.model;

import org.jspecify.annotations.NullMarked;
