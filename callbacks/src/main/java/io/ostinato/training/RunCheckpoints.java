package io.ostinato.training;

import io.ostinato.callback.Callback;
import io.ostinato.callback.Stateful;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.Checkpoint;
import io.ostinato.storage.SavedState;
import io.ostinato.tracking.MetricsLog;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Creates the checkpoints of a run. Not thread-safe: used by the training thread only. */
final class RunCheckpoints implements PendingCheckpoints.Source {
  private final TrainingSettings settings;
  private final RunState state;
  private final Supplier<UpdateCounter> counter;

  /**
   * What belongs to a run besides the states of its callbacks.
   *
   * @param architecture the name of the model's class
   * @param loop supplies the training's own state at the current moment
   */
  record RunState(
      String architecture,
      PresentTraining present,
      OptimizerState optimizer,
      LastLoss lastLoss,
      Supplier<Map<String, String>> loop,
      MetricsLog metrics,
      LaterChanges changes,
      WaitingCallbacks waiting) {}

  /**
   * Creates the checkpoints of a run.
   *
   * @param counter supplies the present moment
   */
  RunCheckpoints(TrainingSettings settings, RunState state, Supplier<UpdateCounter> counter) {
    this.settings = settings;
    this.state = state;
    this.counter = counter;
  }

  @Override
  public Checkpoint training() {
    return draft(state.present()::weights).complete();
  }

  @Override
  public WeightSnapshot weights() {
    return state.present().weights();
  }

  @Override
  public Checkpoint ofWeights(WeightSnapshot weights) {
    return ofWeights(counter.get(), weights);
  }

  /**
   * Keeps what a checkpoint of the present moment needs, except what is known only when the moment
   * is complete.
   */
  Draft draft(Supplier<WeightSnapshot> weights) {
    Map<String, String> loop = new LinkedHashMap<>(state.loop().get());
    loop.putAll(state.optimizer().saveRate());
    loop.putAll(state.lastLoss().save());
    Map<String, SavedState> states =
        CallbackStates.of(
            settings.callbacks().stream()
                .filter(callback -> !state.waiting().completesState(callback))
                .toList());
    return new Draft(counter.get(), weights, state.optimizer().save(), states, loop);
  }

  /**
   * Creates the checkpoints of a moment that is past.
   *
   * @param draft what was kept for a checkpoint to resume from, if one is requested
   */
  PendingCheckpoints.Source past(UpdateCounter at, TrainingView then, Optional<Draft> draft) {
    return new PendingCheckpoints.Source() {
      @Override
      public Checkpoint training() {
        return draft.orElseThrow().complete(); // it is refused if it wasn't requested in time
      }

      @Override
      public WeightSnapshot weights() {
        return then.weights();
      }

      @Override
      public Checkpoint ofWeights(WeightSnapshot weights) {
        return RunCheckpoints.this.ofWeights(at, weights);
      }
    };
  }

  private Checkpoint ofWeights(UpdateCounter at, WeightSnapshot weights) {
    return Checkpoint.ofWeights(
        at.current(), settings.run().runId(), state.architecture(), weights);
  }

  /** A checkpoint of a moment, without the states of the callbacks that wait for evaluations. */
  final class Draft {
    private final UpdateCounter at;
    private final Supplier<WeightSnapshot> weights;
    private List<HostArray> optimizer;
    private final Map<String, SavedState> states;
    private final Map<String, String> loop;
    private final long changesBefore = state.changes().made();

    private Draft(
        UpdateCounter at,
        Supplier<WeightSnapshot> weights,
        List<HostArray> optimizer,
        Map<String, SavedState> states,
        Map<String, String> loop) {
      this.at = at;
      this.weights = weights;
      this.optimizer = optimizer;
      this.states = states;
      this.loop = loop;
    }

    /** The moment. */
    UpdateCounter at() {
      return at;
    }

    /** The weights and the optimizer's state, without anything else. */
    Checkpoint arrays() {
      return checkpoint(Map.of());
    }

    /** Forgets the optimizer's state, once it was written. */
    void forgetOptimizer() {
      optimizer = List.of();
    }

    /**
     * The whole checkpoint. Called when this moment and all before it are complete, and before a
     * later one is.
     */
    Checkpoint complete() {
      Map<String, SavedState> all = new LinkedHashMap<>();
      for (Callback callback : settings.callbacks()) {
        SavedState then = states.get(callback.name());
        if (then != null) {
          all.put(callback.name(), then);
        } else if (callback instanceof Stateful stateful) {
          all.put(callback.name(), stateful.saveState());
        }
      }
      Map<String, String> whole = new LinkedHashMap<>(loop);
      whole.putAll(state.metrics().logged().save());
      whole.putAll(state.changes().save(changesBefore));
      return checkpoint(all).withLoop(whole);
    }

    private Checkpoint checkpoint(Map<String, SavedState> all) {
      return Checkpoint.ofTraining(
          at.current(),
          settings.run().runId(),
          state.architecture(),
          weights.get(),
          optimizer,
          all);
    }
  }
}
