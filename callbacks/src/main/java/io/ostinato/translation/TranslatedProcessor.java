package io.ostinato.translation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.metric.MetricBatch;
import io.ostinato.model.EvaluationModel;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs batches through a translator: {@code processInput} for each row, the translator's
 * batchifier, the model, and {@code processOutput} for each row. Each thread has a translator of
 * its own, which is prepared once and closed with the processor. Thread-safe.
 *
 * @param <I> type of the inputs
 * @param <O> type of the outputs
 */
public final class TranslatedProcessor<I, O> implements BatchProcessor {
  private static final long serialVersionUID = 1;

  private final String column;
  private final InputForm form;
  private final TranslatorPool<I, O> translators;
  private final Outputs<O> use;

  /**
   * Converts the outputs of a batch to results.
   *
   * @param <O> type of the outputs
   */
  @FunctionalInterface
  public interface Outputs<O> extends Serializable {

    /**
     * Converts outputs.
     *
     * @param outputs one for each row, in their order; their arrays are closed afterwards
     * @param batch the rows, with their other columns
     * @param manager owns new arrays; those that are returned become part of the batch
     * @return named arrays, as for {@code processData}
     */
    NDList results(List<O> outputs, EvaluationBatch batch, NDManager manager) throws Exception;
  }

  private TranslatedProcessor(
      String column, InputForm form, TranslatorPool<I, O> translators, Outputs<O> use) {
    this.column = column;
    this.form = form;
    this.translators = translators;
    this.use = use;
  }

  /**
   * Creates a processor.
   *
   * @param column the values of the dataset that make the inputs
   * @param use converts the outputs to the results of a batch
   * @throws IllegalArgumentException if inputs of the translator's type can't be made of columns
   */
  public static <I, O> TranslatedProcessor<I, O> of(
      TranslatorSource<I, O> translator, String column, Outputs<O> use) {
    return new TranslatedProcessor<>(
        column, InputForm.of(translator.input()), new TranslatorPool<>(translator), use);
  }

  /**
   * Creates a processor for metrics, which read the outputs, see {@link OutputArrays#join}, and a
   * column of targets.
   */
  public static <I, O> TranslatedProcessor<I, O> forMetrics(
      TranslatorSource<I, O> translator, String column, String targets) {
    return of(translator, column, new ForMetrics<>(targets));
  }

  private record ForMetrics<O>(String targets) implements Outputs<O> {
    @Override
    public NDList results(List<O> outputs, EvaluationBatch batch, NDManager manager) {
      NDArray joined = OutputArrays.join(outputs, manager);
      joined.setName(MetricBatch.OUTPUTS);
      NDArray target = batch.get(targets);
      NDArray view = target.reshape(target.getShape());
      view.setName(MetricBatch.TARGETS);
      return new NDList(joined, view);
    }
  }

  @Override
  public NDList process(EvaluationBatch batch, EvaluationModel model) throws Exception {
    NDManager owner = batch.arrays().head().getManager();
    try (NDManager scope = owner.newSubManager()) {
      List<I> inputs = inputs(batch, scope);
      return translators.with(
          owner.getDevice(), translator -> predict(inputs, batch, model, translator));
    }
  }

  private NDList predict(
      List<I> inputs,
      EvaluationBatch batch,
      EvaluationModel model,
      PreparedTranslator<I, O> translator)
      throws Exception {
    NDManager owner = batch.arrays().head().getManager();
    try {
      return translator.predict(
          inputs, model, (outputs, manager) -> kept(use.results(outputs, batch, manager), owner));
    } catch (Exception e) {
      throw translator.named(inputs, position -> "row " + batch.index(position), e);
    }
  }

  /** Makes results part of the batch. */
  private static NDList kept(NDList results, NDManager owner) {
    results.attach(owner);
    return results;
  }

  @SuppressWarnings("unchecked") // the form was chosen by the type of the translator's inputs
  private List<I> inputs(EvaluationBatch batch, NDManager scope) {
    List<byte[]> rows = batch.values(column);
    List<I> inputs = new ArrayList<>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      try {
        inputs.add((I) form.read(RowValues.decode(rows.get(i)), scope));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "column '%s', row %s: %s".formatted(column, batch.index(i), e.getMessage()), e);
      }
    }
    return inputs;
  }

  @Override
  public void close() {
    translators.close();
  }
}
