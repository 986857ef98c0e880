/**
 * Third-party libraries: loads their native parts into this process, and summarises their
 * exceptions in one line.
 */
@NullMarked
package io.ostinato.libraries;

import org.jspecify.annotations.NullMarked;
