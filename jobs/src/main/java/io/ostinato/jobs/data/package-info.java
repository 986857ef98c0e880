/** Datasets as described by options and configurations: any source that Spark reads. */
@NullMarked
package io.ostinato.jobs.data;

import org.jspecify.annotations.NullMarked;
