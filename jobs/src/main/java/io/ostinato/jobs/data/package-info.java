/** Datasets as options and configurations describe them: any source that Spark reads. */
@NullMarked
package io.ostinato.jobs.data;

import org.jspecify.annotations.NullMarked;
