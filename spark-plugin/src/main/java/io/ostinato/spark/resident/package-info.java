/** Models that stay loaded on an executor's device between jobs. */
@NullMarked
package io.ostinato.spark.resident;

import org.jspecify.annotations.NullMarked;
