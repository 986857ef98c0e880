package io.ostinato.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.modality.Classifications;
import ai.djl.ndarray.types.DataType;
import ai.djl.repository.zoo.Criteria;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.metric.Metrics;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.spark.plugin.WeightTransfer;
import io.ostinato.translation.DjlModel;
import io.ostinato.translation.TranslatedProcessor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** On executors that are processes of their own, which receive all of it. */
@ParameterizedClass
@EnumSource(WeightTransfer.class)
class DjlOnClusterIT {
  private static final EvaluationTag TAG =
      new EvaluationTag("djl", new TrainingIteration(1, 1, 1), "test");

  @TempDir static Path folder;
  private static String model = "";

  @Parameter private WeightTransfer transfer = WeightTransfer.BLOCKS;

  private SparkSession spark;

  @BeforeAll
  static void create() throws IOException {
    model = ResidentPredictorTest.modelFolder(folder.resolve("net")).toUri().toString();
  }

  @BeforeEach
  void start() {
    spark =
        TestSpark.localCluster(
            Map.of("spark.ostinato.weights.transfer", transfer.name().toLowerCase(Locale.ROOT)));
  }

  @AfterEach
  void stop() {
    spark.stop();
  }

  private static ResidentPredictor predictor() {
    return new ResidentPredictor()
        .setInputCol("text")
        .setOutputCol("classes")
        .setModelUrl(model)
        .setInputClass(String.class)
        .setOutputClass(Classifications.class)
        .setTranslatorFactory(new ClassesFactory());
  }

  private Dataset<Row> rows() {
    return ResidentPredictorTest.rows(spark, 4).selectExpr("*", "id % 3 as label");
  }

  @Test
  void aStageAndATranslatorGiveTheSameMetrics() {
    DjlModel<String, Classifications> of =
        DjlModel.of(
            Criteria.builder()
                .setTypes(String.class, Classifications.class)
                .optModelUrls(model)
                .optTranslatorFactory(new ClassesFactory())
                .build());
    SparkDataset data =
        SparkDataset.of(rows()).values("input", "text").column("label", "label", DataType.INT64);

    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark);
        EvaluationResults ofStage =
            StageEvaluator.of(engine, ComparedColumns.of("classes", "label"), Metrics.accuracy())
                .evaluate(TAG, predictor(), rows());
        EvaluationResults translated =
            engine.evaluate(
                new EvaluationRequest(
                    TAG,
                    data,
                    10,
                    of.source(),
                    of.weights(),
                    TranslatedProcessor.forMetrics(of.translator(), "input", "label"),
                    List.of(Metrics.accuracy())),
                ProgressDisplay.silent())) {
      assertThat(engine.weightBytesSent()).as("with %s", transfer).isPositive();
      assertThat(ofStage.rows()).isEqualTo(64);
      assertThat(translated.metrics()).isEqualTo(ofStage.metrics());
    }
  }
}
