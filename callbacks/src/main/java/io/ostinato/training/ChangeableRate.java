package io.ostinato.training;

import ai.djl.training.tracker.ParameterTracker;
import ai.djl.training.tracker.Tracker;
import io.ostinato.callback.LearningRateControl;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The schedule of an optimizer's learning rate, with the changes made by callbacks. */
final class ChangeableRate implements Tracker, LearningRateControl {
  private static final String RATE = "learning_rate";
  private static final String FACTOR = "learning_rate_factor";
  private static final String SET = "set";
  private static final String MULTIPLY = "multiply";
  private static final String FOLLOW = "follow_schedule";

  private final ParameterTracker schedule;
  private @Nullable Double rate;
  private double factor = 1;
  private @Nullable List<String> recorded;

  ChangeableRate(ParameterTracker schedule) {
    this.schedule = schedule;
  }

  /** The schedule that the optimizer was built with. */
  ParameterTracker schedule() {
    return schedule;
  }

  @Override
  public float getNewValue(String parameterId, int numUpdate) {
    return changed(schedule.getNewValue(parameterId, numUpdate));
  }

  @Override
  public float getNewValue(int numUpdate) {
    // The optimizer requires a Tracker here only if its schedule is one.
    return changed(((Tracker) schedule).getNewValue(numUpdate));
  }

  @Override
  public void set(double newRate) {
    record(SET + " " + newRate);
    rate = checked("learning rate", newRate);
    factor = 1;
  }

  @Override
  public void multiply(double newFactor) {
    record(MULTIPLY + " " + newFactor);
    factor *= checked("factor of the learning rate", newFactor);
  }

  @Override
  public void followSchedule() {
    record(FOLLOW);
    rate = null;
    factor = 1;
  }

  /** Records operations from now on. */
  void startRecording() {
    recorded = new ArrayList<>();
  }

  /** Ends recording; returns the operations, in their order. */
  List<String> stopRecording() {
    List<String> operations = recorded == null ? List.of() : recorded;
    recorded = null;
    return operations;
  }

  private void record(String operation) {
    if (recorded != null) {
      recorded.add(operation);
    }
  }

  /** Repeats a recorded operation. */
  void repeat(String operation) {
    String[] parts = operation.split(" ", 2);
    switch (parts[0]) {
      case SET -> set(Double.parseDouble(parts[1]));
      case MULTIPLY -> multiply(Double.parseDouble(parts[1]));
      case FOLLOW -> followSchedule();
      default ->
          throw new IllegalArgumentException(
              "'%s' is not an operation on a learning rate".formatted(operation));
    }
  }

  Map<String, String> save() {
    Map<String, String> saved = new LinkedHashMap<>();
    if (rate != null) {
      saved.put(RATE, Double.toString(rate));
    }
    if (factor != 1) {
      saved.put(FACTOR, Double.toString(factor));
    }
    return saved;
  }

  void restore(Map<String, String> saved) {
    String savedRate = saved.get(RATE);
    rate = savedRate == null ? null : Double.valueOf(savedRate);
    factor = Double.parseDouble(saved.getOrDefault(FACTOR, "1"));
  }

  private float changed(float scheduled) {
    return (float) (factor * (rate == null ? scheduled : rate));
  }

  private static double checked(String what, double value) {
    if (!(value >= 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          "a %s must be a finite number of at least 0; given: %s".formatted(what, value));
    }
    return value;
  }
}
