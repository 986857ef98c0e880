package io.ostinato.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.UpdateTimings;
import io.ostinato.callback.UpdateTimings.Phase;
import io.ostinato.evaluation.LossCall;
import io.ostinato.evaluation.LossParts;
import io.ostinato.libraries.EngineTurn;
import io.ostinato.libraries.NativeLibraries;
import io.ostinato.schedule.UpdateCounter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the micro-batches of an update, sums their gradients, and takes one optimizer step.
 *
 * <p>Each micro-batch's loss is weighted by its share of the update's samples, so the sum is the
 * gradient of the mean over all samples. PyTorch accumulates gradients until the optimizer clears
 * them; a test compares the sum with one large batch.
 */
final class UpdateSteps implements CallbackRun.OwnState, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final TrainingSettings settings;
  private final Trainer trainer;
  private final Loss loss;
  private final ParameterUpdate parameters;
  private final Gradients gradients;
  private final RunningStatistics statistics;
  private final MicroBatches batches;
  private final PhaseClock clock = new PhaseClock();
  private int skippedInARow;
  private boolean toldOfNoGradient;

  UpdateSteps(TrainingSettings settings, Trainer trainer) {
    this.settings = settings;
    this.trainer = trainer;
    this.loss = trainer.getLoss();
    Block block = trainer.getModel().getBlock();
    this.parameters = new ParameterUpdate(trainer, settings.optimizer());
    this.gradients = new Gradients(block);
    this.statistics = new RunningStatistics(block, trainer.getManager());
    this.batches = new MicroBatches(settings, trainer.getManager());
  }

  @Override
  public Map<String, String> save() {
    return new LoopState(settings.seed(), skippedInARow).save();
  }

  @Override
  public void restore(Map<String, String> saved) {
    skippedInARow = LoopState.of(saved, new LoopState(settings.seed(), 0)).skippedInARow();
  }

  /**
   * Makes the update after this counter.
   *
   * @param afterMicroBatch called after each micro-batch
   * @throws NonFiniteLossException if the loss, or the norm of the gradient, is not finite and no
   *     more updates may be skipped
   */
  void next(UpdateCounter counter, Consumer<AccumulationStep> afterMicroBatch) {
    clock.enter(Phase.DATA);
    statistics.remember();
    if (accumulate(counter, afterMicroBatch)) {
      clock.enter(Phase.STEP);
      double norm = gradients.norm();
      if (Double.isFinite(norm)) {
        gradients.clip(settings.gradientClipping(), norm);
        step(counter);
        skippedInARow = 0;
      } else {
        skip("the norm of the gradient is " + norm, counter);
      }
    } else {
      skip("the loss is not finite", counter);
    }
    clock.enter(Phase.CALLBACKS);
  }

  /** The time of each phase since the last call. */
  UpdateTimings timings() {
    return clock.takeTimings();
  }

  @Override
  public void close() {
    statistics.close();
  }

  /** Runs all micro-batches of an update; false if a loss was not finite. */
  private boolean accumulate(UpdateCounter counter, Consumer<AccumulationStep> afterMicroBatch) {
    long update = counter.current().update();
    long samples = counter.epochSize().samplesOf(update + 1);
    int microBatches = Math.toIntExact(-Math.floorDiv(-samples, settings.microBatchSize()));
    boolean finite = true;
    for (int i = 0; i < microBatches; i++) {
      clock.enter(Phase.DATA);
      try (EngineTurn turn = turn(Seeds.ofMicroBatch(settings.seed(), update, i));
          Batch batch = batches.next(counter)) {
        // After a loss that is not finite, the rest is only read, to keep the order of the data.
        if (finite) {
          Optional<AccumulationStep> step =
              run(batch, new Place(counter, i, microBatches, samples));
          turn.close(); // callbacks may evaluate or train
          clock.enter(Phase.CALLBACKS);
          step.ifPresent(afterMicroBatch);
          finite = step.isPresent();
        }
      }
    }
    return finite;
  }

  /** Waits until this training can compute alone, with random numbers of its own. */
  private static EngineTurn turn(int seed) {
    EngineTurn turn = EngineTurn.toTrain();
    NativeLibraries.engine().setRandomSeed(seed);
    return turn;
  }

  private void step(UpdateCounter counter) {
    try (EngineTurn turn = turn(Seeds.ofStep(settings.seed(), counter.current().update()))) {
      parameters.step();
    }
  }

  /** The position of a micro-batch in an update, and the number of samples of the update. */
  private record Place(UpdateCounter before, int microBatch, int microBatches, long samples) {}

  /** Runs a micro-batch; empty if its loss is not finite. */
  private Optional<AccumulationStep> run(Batch batch, Place place) {
    Device device = trainer.getDevices()[0];
    NDList inputs = batch.getData().toDevice(device, false);
    NDList labels = batch.getLabels().toDevice(device, false);
    NDList outputs;
    LossParts losses;
    // An array that lives as long as the graph. DJL closes the one that it makes for mul(number),
    // whose memory may then be used for something else before the backward pass reads it.
    try (NDArray share = trainer.getManager().create((double) batch.getSize() / place.samples());
        GradientCollector collector = Gradients.collector(trainer)) {
      clock.enter(Phase.FORWARD);
      outputs = parameters.forward(inputs, labels);
      losses = LossCall.parts(loss, labels, outputs);
      NDArray mean = losses.total();
      if (!Double.isFinite(valueOf(mean))) {
        return Optional.empty();
      }
      clock.enter(Phase.BACKWARD);
      // If all parameters are frozen, there is no graph for a backward pass.
      if (gradients.areWanted()) {
        boolean whole = batch.getSize() == place.samples();
        if (!gradients.add(collector, whole ? mean : mean.mul(share))) {
          tellOfNoGradient(place.before());
        }
      }
    }
    return Optional.of(
        new AccumulationStep(
            place.before(),
            place.microBatch(),
            place.microBatches(),
            inputs,
            withoutGraph(outputs),
            labels,
            losses.total().stopGradient(),
            valuesOf(losses),
            batch.getSize()));
  }

  /**
   * Warns, once, of a loss that doesn't depend on any parameter, for example if all rows of a batch
   * are masked. Its gradient is zero; if that is so in every update, nothing is learned.
   */
  private void tellOfNoGradient(UpdateCounter before) {
    if (!toldOfNoGradient) {
      toldOfNoGradient = true;
      log.warn(
          "the loss '{}' of the update after {} doesn't depend on any parameter, so its gradient is"
              + " zero; if this happens in every update, compute the loss from the model's outputs"
              + " with NDArray's methods",
          loss.getName(),
          before.current());
    }
  }

  /** The total and the parts, on the host. */
  static Map<String, Double> valuesOf(LossParts losses) {
    Map<String, Double> values = new LinkedHashMap<>();
    losses.all().forEach((name, scalar) -> values.put(name, valueOf(scalar)));
    return values;
  }

  /** A scalar of any data type; this waits for the device. */
  static double valueOf(NDArray scalar) {
    return scalar.stopGradient().toType(DataType.FLOAT64, false).getDouble();
  }

  /** The same arrays under the same names, detached from the gradient's graph. */
  static NDList withoutGraph(NDList outputs) {
    NDList detached = new NDList(outputs.size());
    for (NDArray output : outputs) {
      NDArray numbers = output.stopGradient();
      numbers.setName(output.getName());
      detached.add(numbers);
    }
    return detached;
  }

  private void skip(String what, UpdateCounter counter) {
    gradients.clear();
    statistics.restore();
    skippedInARow++;
    if (skippedInARow > settings.nonFiniteLoss().skipLimit()) {
      throw new NonFiniteLossException(what, counter.current(), skippedInARow);
    }
    log.warn(
        "{} in the update after {}; it is skipped, {} in a row of at most {}",
        what,
        counter.current(),
        skippedInARow,
        settings.nonFiniteLoss().skipLimit());
  }
}
