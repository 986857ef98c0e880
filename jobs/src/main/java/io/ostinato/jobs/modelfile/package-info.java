/**
 * Reads model files of all supported formats, recognises other formats, and explains how to convert
 * them.
 */
@NullMarked
package io.ostinato.jobs.modelfile;

import org.jspecify.annotations.NullMarked;
