package io.ostinato.spark.ml;

import ai.djl.inference.Predictor;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslatorFactory;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in of the shape of the predictors of DJL's extension for Spark, which is in no registry:
 * each task loads the model by its URL, and runs the rows of its partition in batches.
 *
 * @param <I> type of the inputs
 * @param <O> type of the outputs
 */
public final class LoadingPredictor<I, O> extends Transformer {
  private static final long serialVersionUID = 1;

  private final Config<I, O> config;

  /** What its setters would set; the first column is the input. */
  public record Config<I, O>(
      String url,
      Class<I> input,
      Class<O> output,
      TranslatorFactory factory,
      String inputCol,
      String outputCol,
      int batchSize)
      implements Serializable {}

  public LoadingPredictor(Config<I, O> config) {
    this.config = config;
  }

  @Override
  public String uid() {
    return "loading";
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = transformSchema(dataset.schema());
    int column = dataset.schema().fieldIndex(config.inputCol());
    Config<I, O> each = config;
    MapPartitionsFunction<Row, Row> run = rows -> predicted(rows, each, column);
    return dataset.toDF().mapPartitions(run, Encoders.row(schema));
  }

  private static <I, O> Iterator<Row> predicted(Iterator<Row> rows, Config<I, O> config, int column)
      throws Exception {
    ZooModel<I, O> model =
        Criteria.builder()
            .setTypes(config.input(), config.output())
            .optEngine("PyTorch")
            .optModelUrls(config.url())
            .optTranslatorFactory(config.factory())
            .build()
            .loadModel();
    Predictor<I, O> predictor = model.newPredictor();
    TaskCompletionListener close =
        context -> {
          predictor.close();
          model.close();
        };
    TaskContext.get().addTaskCompletionListener(close);
    List<Row> predicted = new ArrayList<>();
    while (rows.hasNext()) {
      List<Row> batch = new ArrayList<>();
      while (batch.size() < config.batchSize() && rows.hasNext()) {
        batch.add(rows.next());
      }
      List<I> inputs = batch.stream().map(row -> input(row, column, config.input())).toList();
      List<O> outputs = predictor.batchPredict(inputs);
      for (int i = 0; i < batch.size(); i++) {
        predicted.add(
            withOutput(batch.get(i), OutputForm.of(config.output()).valueOf(outputs.get(i))));
      }
    }
    return predicted.iterator();
  }

  private static <I> I input(Row row, int column, Class<I> type) {
    if (type != float[].class) {
      return type.cast(row.get(column));
    }
    List<Float> numbers = row.getList(column);
    float[] array = new float[numbers.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = numbers.get(i);
    }
    return type.cast(array);
  }

  private static Row withOutput(Row row, @Nullable Object output) {
    @Nullable Object[] values = new Object[row.size() + 1];
    for (int i = 0; i < row.size(); i++) {
      values[i] = row.get(i);
    }
    values[row.size()] = output;
    return RowFactory.create(values);
  }

  @Override
  public StructType transformSchema(StructType schema) {
    return schema.add(config.outputCol(), OutputForm.of(config.output()).column(), true);
  }

  @Override
  public Transformer copy(ParamMap extra) {
    return this;
  }
}
