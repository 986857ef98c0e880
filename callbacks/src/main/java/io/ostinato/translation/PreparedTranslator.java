package io.ostinato.translation;

import ai.djl.inference.Predictor.PredictorContext;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import io.ostinato.model.EvaluationModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * A translator that was prepared once and is used until it is closed, as DJL's {@code Predictor}
 * uses it: {@code processInput} for each row, its batchifier, one forward, {@code processOutput}
 * for each row, all with one context. Not thread-safe.
 *
 * @param <I> type of the inputs
 * @param <O> type of the outputs
 */
public final class PreparedTranslator<I, O> implements AutoCloseable {
  /** The name of an input that selects a method of a TorchScript module, as in DJL. */
  private static final String METHOD = "module_method:";

  private final Translator<I, O> translator;
  private final ArtifactModel model;
  private final NDManager manager;
  private final TranslatorContext preparation;

  private PreparedTranslator(
      Translator<I, O> translator,
      ArtifactModel model,
      NDManager manager,
      TranslatorContext preparation) {
    this.translator = translator;
    this.model = model;
    this.manager = manager;
    this.preparation = preparation;
  }

  /** Prepares a translator, which then owns the model's folder and the manager. */
  static <I, O> PreparedTranslator<I, O> prepare(
      Translator<I, O> translator, ArtifactModel model, NDManager manager) throws Exception {
    TranslatorContext preparation = new PredictorContext(model, manager, null);
    translator.prepare(preparation);
    return new PreparedTranslator<>(translator, model, manager, preparation);
  }

  /**
   * Uses the outputs of a batch, whose arrays are closed when this returns.
   *
   * @param <O> type of the outputs
   * @param <R> type of the result
   */
  @FunctionalInterface
  public interface Use<O, R> {

    /**
     * Uses the outputs.
     *
     * @param outputs one for each input, in their order
     * @param manager owns the arrays of the outputs
     */
    R apply(List<O> outputs, NDManager manager) throws Exception;
  }

  /**
   * Runs inputs through the model, and uses the outputs. Without a batchifier, each input is run by
   * itself.
   *
   * @param inputs at least one
   * @throws IllegalStateException if the number of outputs differs from that of the inputs
   * @throws Exception thrown by the translator, the model or {@code use}
   */
  public <R> R predict(List<I> inputs, EvaluationModel face, Use<O, R> use) throws Exception {
    try (TranslatorContext context = new PredictorContext(model, manager, null)) {
      List<O> outputs =
          translator.getBatchifier() == null
              ? oneByOne(inputs, face, context)
              : translator.batchProcessOutput(
                  context, forward(translator.batchProcessInput(context, inputs), face));
      if (outputs.size() != inputs.size()) {
        throw new IllegalStateException(
            "%s returned %s outputs for %s inputs; its batchifier must divide the model's outputs"
                    .formatted(translator.getClass().getName(), outputs.size(), inputs.size())
                + " into one part for each input");
      }
      return use.apply(outputs, context.getNDManager());
    }
  }

  /** Why {@code processInput} fails for an input; empty if it doesn't. */
  public Optional<Exception> failureOf(I input) {
    try (TranslatorContext context = new PredictorContext(model, manager, null)) {
      translator.processInput(context, input);
      return Optional.empty();
    } catch (Exception e) {
      return Optional.of(e);
    }
  }

  /**
   * The failure of a batch, with the row that {@code processInput} fails for, if there is one.
   *
   * @param place the place of the input at a position, for messages
   */
  Exception named(List<I> inputs, IntFunction<String> place, Exception failure) {
    for (int i = 0; i < inputs.size(); i++) {
      Optional<Exception> of = failureOf(inputs.get(i));
      if (of.isPresent()) {
        Exception cause = of.orElseThrow();
        return new IllegalArgumentException("%s: %s".formatted(place.apply(i), cause), cause);
      }
    }
    return failure;
  }

  private List<O> oneByOne(List<I> inputs, EvaluationModel face, TranslatorContext context)
      throws Exception {
    List<O> outputs = new ArrayList<>(inputs.size());
    for (I input : inputs) {
      NDList arrays = translator.processInput(context, input);
      outputs.add(translator.processOutput(context, forward(arrays, face)));
    }
    return outputs;
  }

  private static NDList forward(NDList inputs, EvaluationModel face) {
    NDList arrays = new NDList(inputs.size());
    Optional<String> method = Optional.empty();
    for (NDArray input : inputs) {
      String name = input.getName();
      if (name != null && name.startsWith(METHOD)) {
        method = Optional.of(name.substring(METHOD.length()));
      } else {
        arrays.add(input);
      }
    }
    if (arrays.isEmpty()) {
      return new NDList();
    }
    return method.isPresent()
        ? face.call(method.orElseThrow(), arrays).toList()
        : face.forward(arrays);
  }

  @Override
  public void close() {
    preparation.close();
    manager.close();
    model.close();
  }
}
