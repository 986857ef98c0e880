/**
 * The libraries of others below us: loads their native parts into this process, and says in one
 * line what their exceptions mean.
 */
@NullMarked
package io.ostinato.libraries;

import org.jspecify.annotations.NullMarked;
