/** Files of a run on any file system that Hadoop knows. */
@NullMarked
package io.ostinato.spark.storage;

import org.jspecify.annotations.NullMarked;
