package io.ostinato.spark.engine;

import io.ostinato.evaluation.Certificate;
import io.ostinato.evaluation.SkippedRows;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The row results of an evaluation, which the executors keep in memory and on disk for as long as
 * the rows are referenced. They are not computed again: if an executor that keeps them is lost, a
 * job that reads them fails.
 *
 * @param rows the column {@code row}, the index in the dataset, and a column for each result, in no
 *     particular order
 * @param certificate states which rows were evaluated, with which weights, and how
 * @param skipped the rows that were left out because they can't be read or processed
 */
public record EvaluatedRows(Dataset<Row> rows, Certificate certificate, SkippedRows skipped) {}
