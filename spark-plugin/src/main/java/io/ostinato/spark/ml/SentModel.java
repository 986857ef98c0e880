package io.ostinato.spark.ml;

import ai.djl.repository.zoo.Criteria;
import io.ostinato.model.OnnxSource;
import io.ostinato.spark.engine.LastingWeights;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.spark.resident.ModelId;
import io.ostinato.translation.DjlModel;
import io.ostinato.translation.FoundModel;
import io.ostinato.translation.TranslatorSource;
import io.ostinato.weights.WeightSource;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * A model that was sent to the executors of an application. They recognise it by its content, so
 * that equal models of several stages are loaded once.
 *
 * @param application the id of the application
 * @param stamp tells whether the files have changed since
 */
record SentModel(
    String application,
    String stamp,
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
    SentModel usable =
        before != null && before.application().equals(context.applicationId()) ? before : null;
    try (LocalModelUrl url = LocalModelUrl.of(stage.url(), context.hadoopConfiguration())) {
      return of(criteria(stage, url.url(), stage.inputType(), stage.outputType()), context, usable);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s: modelUrl '%s': %s".formatted(stage.uid(), stage.url(), e.getMessage()), e);
    }
  }

  private static SentModel of(
      Criteria<?, ?> criteria, SparkContext context, @Nullable SentModel before) {
    FoundModel found = FoundModel.of(criteria);
    String stamp = found.stamp();
    OstinatoSettings settings = OstinatoSettings.of(context.getConf());
    if (before != null && before.stamp().equals(stamp)) {
      return new SentModel(
          before.application(),
          stamp,
          before.id(),
          before.weights(),
          found.translator(criteria),
          settings);
    }
    DjlModel<?, ?> model = found.read(criteria);
    ModelId id = idOf(model);
    WeightSource weights =
        before != null && before.id().equals(id)
            ? before.weights()
            : LastingWeights.send(JavaSparkContext.fromSparkContext(context), model.weights());
    return new SentModel(context.applicationId(), stamp, id, weights, model.translator(), settings);
  }

  private static ModelId idOf(DjlModel<?, ?> model) {
    String format = model.source() instanceof OnnxSource ? "onnx" : "torchscript";
    return new ModelId(
        "%s %s".formatted(format, model.weights().manifest().hash()), model.source());
  }

  private static <I, O> Criteria<I, O> criteria(
      ResidentPredictor stage, String url, Class<I> input, Class<O> output) {
    Criteria.Builder<I, O> criteria =
        Criteria.builder()
            .setTypes(input, output)
            .optModelUrls(url)
            .optArguments(Map.copyOf(stage.allArguments()));
    stage.engineSet().ifPresent(criteria::optEngine);
    stage.factorySet().ifPresent(criteria::optTranslatorFactory);
    return criteria.build();
  }

  /** The task that appends the outputs of the model. */
  PredictTask task(ResidentPredictor stage, PredictorInput input) {
    return PredictTask.of(
        new PredictTask.Content(
            stage.uid(), id, translator, input, stage.output(), stage.batchRows(), settings),
        weights);
  }
}
