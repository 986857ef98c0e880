/**
 * Model files of any format: recognises what a file is, reads models, and says why others are none.
 */
@NullMarked
package io.ostinato.jobs.modelfile;

import org.jspecify.annotations.NullMarked;
