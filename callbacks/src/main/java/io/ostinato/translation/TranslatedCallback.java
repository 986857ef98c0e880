package io.ostinato.translation;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.model.EvaluationModel;
import java.util.List;

/**
 * A callback that evaluates the model as it will be used, with a DJL translator: {@code
 * processInput} makes the inputs of rows, and {@link #processOutputs} gets what {@code
 * processOutput} returns.
 *
 * @param <I> type of the inputs
 * @param <O> type of the outputs
 */
public abstract class TranslatedCallback<I, O> extends PeriodicDataIteratorCallback {
  private static final long serialVersionUID = 1;

  private final TranslatedProcessor<I, O> translated;

  /**
   * Creates a callback.
   *
   * @param column the values of the dataset that make the inputs
   * @throws IllegalArgumentException if inputs of the translator's type can't be made of columns
   */
  protected TranslatedCallback(
      DataIteratorConfig config, String column, TranslatorSource<I, O> translator) {
    super(config);
    this.translated = processor(column, translator);
  }

  /** Creates a callback with a name. */
  protected TranslatedCallback(
      String name, DataIteratorConfig config, String column, TranslatorSource<I, O> translator) {
    super(name, config);
    this.translated = processor(column, translator);
  }

  private TranslatedProcessor<I, O> processor(String column, TranslatorSource<I, O> translator) {
    return TranslatedProcessor.of(translator, column, this::processOutputs);
  }

  /**
   * Computes the results of one batch, on an executor.
   *
   * @param outputs what the translator's {@code processOutput} returned for each row
   * @param batch the rows, with their other columns
   * @param manager owns new arrays; those that are returned become part of the batch
   * @return named arrays, as for {@code processData}
   */
  protected abstract NDList processOutputs(
      List<O> outputs, EvaluationBatch batch, NDManager manager) throws Exception;

  @Override
  protected final NDList processData(EvaluationBatch batch, EvaluationModel model)
      throws Exception {
    return translated.process(batch, model);
  }

  @Override
  protected final void processingEnds() {
    translated.close();
  }
}
