/** This process as the operating system sees it. */
@NullMarked
package io.ostinato.process;

import org.jspecify.annotations.NullMarked;
