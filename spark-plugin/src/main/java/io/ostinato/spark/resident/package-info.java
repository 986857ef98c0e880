/**
 * What stays in an executor between jobs: models and batches on its devices, and what they report.
 */
@NullMarked
package io.ostinato.spark.resident;

import org.jspecify.annotations.NullMarked;
