package io.ostinato.translation;

import ai.djl.repository.zoo.Criteria;
import io.ostinato.model.ModelSource;
import io.ostinato.weights.WeightSnapshot;

/**
 * A model with its translator, as DJL's {@code Criteria} or a model URL describe them. The files of
 * the model are read in this process, so that executors need no access to them.
 *
 * @param source the format of the model
 * @param weights the file of the model
 * @param translator makes translators, with the arguments and artifacts of the model
 * @param <I> type of the inputs
 * @param <O> type of the outputs
 */
public record DjlModel<I, O>(
    ModelSource source, WeightSnapshot weights, TranslatorSource<I, O> translator) {

  /**
   * Finds a model as {@code Criteria.loadModel()} does, downloading it if necessary, and reads it:
   * a TorchScript module ({@code .pt}), or an ONNX model ({@code .onnx}).
   *
   * @throws IllegalArgumentException if there is no such model, it has another engine or is a DJL
   *     block, or there is no translator between these types
   * @throws java.io.UncheckedIOException if it can't be read
   */
  public static <I, O> DjlModel<I, O> of(Criteria<I, O> criteria) {
    return FoundModel.of(criteria).read(criteria);
  }
}
