package io.ostinato.spark.ml;

import ai.djl.repository.zoo.Criteria;
import io.ostinato.model.OnnxSource;
import io.ostinato.spark.engine.LastingWeights;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.spark.resident.ModelId;
import io.ostinato.translation.DjlModel;
import io.ostinato.translation.TranslatorSource;
import io.ostinato.weights.WeightSource;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * A model that was sent to the executors of an application. They recognise it by its content, so
 * that equal models of several stages are loaded once.
 *
 * @param application the id of the application
 */
record SentModel(
    String application,
    ModelId id,
    WeightSource weights,
    TranslatorSource<?, ?> translator,
    OstinatoSettings settings) {

  /**
   * Reads the model of a stage and sends it, unless it is the one that was sent before.
   *
   * @param before null if none was sent before
   * @throws IllegalArgumentException if there is no such model, or it can't be used
   */
  static SentModel of(ResidentPredictor stage, SparkSession session, @Nullable SentModel before) {
    SparkContext context = session.sparkContext();
    DjlModel<?, ?> model = read(stage, context);
    ModelId id =
        new ModelId(
            "%s %s"
                .formatted(
                    model.source() instanceof OnnxSource ? "onnx" : "torchscript",
                    model.weights().manifest().hash()),
            model.source());
    WeightSource weights =
        Optional.ofNullable(before)
            .filter(sent -> sent.application().equals(context.applicationId()))
            .filter(sent -> sent.id().equals(id))
            .map(SentModel::weights)
            .orElseGet(
                () ->
                    LastingWeights.send(
                        JavaSparkContext.fromSparkContext(context), model.weights()));
    return new SentModel(
        context.applicationId(),
        id,
        weights,
        model.translator(),
        OstinatoSettings.of(context.getConf()));
  }

  private static DjlModel<?, ?> read(ResidentPredictor stage, SparkContext context) {
    try (LocalModelUrl url = LocalModelUrl.of(stage.url(), context.hadoopConfiguration())) {
      return read(stage, url.url(), stage.inputType(), stage.outputType());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s: modelUrl '%s': %s".formatted(stage.uid(), stage.url(), e.getMessage()), e);
    }
  }

  private static <I, O> DjlModel<I, O> read(
      ResidentPredictor stage, String url, Class<I> input, Class<O> output) {
    Criteria.Builder<I, O> criteria =
        Criteria.builder()
            .setTypes(input, output)
            .optModelUrls(url)
            .optArguments(Map.copyOf(stage.allArguments()));
    stage.engineSet().ifPresent(criteria::optEngine);
    stage.factorySet().ifPresent(criteria::optTranslatorFactory);
    return DjlModel.of(criteria.build());
  }

  /** The task that appends the outputs of the model. */
  PredictTask task(ResidentPredictor stage, PredictorInput input) {
    return PredictTask.of(
        new PredictTask.Content(
            stage.uid(), id, translator, input, stage.output(), stage.batchRows(), settings),
        weights);
  }
}
