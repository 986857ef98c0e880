/** Files of a run on any file system that Hadoop supports. */
@NullMarked
package io.ostinato.spark.storage;

import org.jspecify.annotations.NullMarked;
