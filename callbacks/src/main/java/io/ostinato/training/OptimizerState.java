package io.ostinato.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.ParameterTracker;
import ai.djl.util.Pair;
import io.ostinato.callback.LearningRateControl;
import io.ostinato.weights.HostArray;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The state of a DJL optimizer: moments by parameter and device, and the number of updates of each
 * parameter.
 *
 * <p>DJL doesn't expose it, so it is read from the private fields of the optimizer's classes: the
 * maps from parameter and device to arrays, {@code updateCounts} and {@code numUpdate}. The
 * learning rate is replaced with a changeable one until this is closed. Saved arrays are named
 * {@code field/parameter}, with the block's names of the parameters.
 */
final class OptimizerState implements AutoCloseable {
  private static final String COUNTS = "updateCounts";
  private static final String COUNT = "numUpdate";

  private final Optimizer optimizer;
  private final Map<String, String> nameOfId = new LinkedHashMap<>();
  private final Map<String, String> idOfName = new LinkedHashMap<>();
  private final Map<String, Map<String, Map<Device, NDArray>>> moments = new LinkedHashMap<>();
  private final List<String> unknown = new ArrayList<>();
  private final Map<String, Integer> counts;
  private final Field count;
  private final @Nullable Field rateField;
  private final @Nullable ChangeableRate rate;

  /**
   * Takes charge of an optimizer's state.
   *
   * @throws IllegalStateException if another training that still runs has it
   */
  OptimizerState(Optimizer optimizer, Block block) {
    this.optimizer = optimizer;
    for (Pair<String, ai.djl.nn.Parameter> entry : block.getParameters()) {
      nameOfId.put(entry.getValue().getId(), entry.getKey());
      idOfName.put(entry.getKey(), entry.getValue().getId());
    }
    for (Class<?> type = optimizer.getClass();
        type != null && type != Optimizer.class;
        type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        register(field);
      }
    }
    this.counts = countsOf(optimizer);
    this.count = fieldOf(Optimizer.class, COUNT);
    this.rateField = rateField(optimizer);
    this.rate = rateField == null ? null : changeable(rateField);
  }

  /** Fields that may hold unknown state, because of which a resumed training may differ. */
  List<String> unknownFields() {
    return List.copyOf(unknown);
  }

  /** Copies the state to the host. */
  List<HostArray> save() {
    List<HostArray> arrays = new ArrayList<>();
    moments.forEach(
        (field, byParameter) ->
            nameOfId.forEach(
                (id, name) -> {
                  Map<Device, NDArray> byDevice = byParameter.getOrDefault(id, Map.of());
                  byDevice.values().stream()
                      .findFirst()
                      .ifPresent(array -> arrays.add(HostArray.copyOf(field + "/" + name, array)));
                }));
    nameOfId.forEach(
        (id, name) -> {
          Integer updates = counts.get(id);
          if (updates != null) {
            arrays.add(scalar(COUNTS + "/" + name, updates));
          }
        });
    arrays.add(scalar(COUNT, intValue(count)));
    return arrays;
  }

  /**
   * Restores a saved state.
   *
   * @throws IllegalArgumentException if it is the state of another optimizer or another block
   */
  void restore(List<HostArray> arrays, NDManager manager) {
    for (HostArray array : arrays) {
      int slash = array.name().indexOf('/');
      String field = slash < 0 ? array.name() : array.name().substring(0, slash);
      if (field.equals(COUNT)) {
        setInt(count, (int) value(array));
        continue;
      }
      String id = idOfName.get(array.name().substring(slash + 1));
      Map<String, Map<Device, NDArray>> byParameter = moments.get(field);
      if (id != null && field.equals(COUNTS)) {
        counts.put(id, (int) value(array));
      } else if (id != null && byParameter != null) {
        NDArray copy = array.copyTo(manager);
        copy.detach();
        byParameter.computeIfAbsent(id, i -> new ConcurrentHashMap<>()).put(copy.getDevice(), copy);
      } else {
        throw new IllegalArgumentException(
            "the saved optimizer has '%s', which this %s doesn't have; resume with the same"
                    .formatted(array.name(), optimizer.getClass().getSimpleName())
                + " optimizer and model");
      }
    }
  }

  /** Like {@link #restore}, in place of the present state, whose arrays are freed. */
  void replace(List<HostArray> arrays, NDManager manager) {
    clear();
    restore(arrays, manager);
  }

  /**
   * Changes the optimizer's learning rate.
   *
   * @throws IllegalStateException if the optimizer has none, or one that can't be changed
   */
  LearningRateControl rate() {
    if (rate == null) {
      throw new IllegalStateException(
          "the optimizer %s has no learning rate that can be changed: no field for a Tracker"
              .formatted(optimizer.getClass().getSimpleName()));
    }
    return rate;
  }

  /** Saves the changes of the learning rate. */
  Map<String, String> saveRate() {
    return rate == null ? Map.of() : rate.save();
  }

  /** Records changes of the learning rate from now on. */
  void startRecordingRate() {
    if (rate != null) {
      rate.startRecording();
    }
  }

  /** Ends recording; returns the operations on the learning rate. */
  List<String> stopRecordingRate() {
    return rate == null ? List.of() : rate.stopRecording();
  }

  /** Repeats recorded changes of the learning rate. */
  void repeatRate(List<String> operations) {
    if (rate != null) {
      operations.forEach(rate::repeat);
    }
  }

  /** Restores the changes of the learning rate. */
  void restoreRate(Map<String, String> saved) {
    if (rate != null) {
      rate.restore(saved);
    }
  }

  /** The learning rate of the next update: {@code all}, or by parameter if they differ. */
  Map<String, Double> learningRates() {
    if (rateField == null) {
      return Map.of();
    }
    ParameterTracker tracker = (ParameterTracker) valueOf(rateField, optimizer);
    int next = intValue(count) + 1;
    Map<String, Double> rates = new LinkedHashMap<>();
    nameOfId.forEach((id, name) -> rates.put(name, (double) tracker.getNewValue(id, next)));
    long different = rates.values().stream().distinct().count();
    return different == 1 ? Map.of("all", rates.values().iterator().next()) : rates;
  }

  /** Clears the state and frees its arrays, which DJL leaves to the garbage collector. */
  @Override
  public void close() {
    clear();
    if (rateField != null && rate != null) {
      set(rateField, rate.schedule());
    }
  }

  private void clear() {
    for (Map<String, Map<Device, NDArray>> byParameter : moments.values()) {
      byParameter.values().forEach(byDevice -> byDevice.values().forEach(NDArray::close));
      byParameter.clear();
    }
    counts.clear();
    setInt(count, 0);
  }

  private void register(Field field) {
    if (Modifier.isStatic(field.getModifiers()) || field.getType().isPrimitive()) {
      return;
    }
    if (isMoments(field.getGenericType())) {
      moments.put(field.getName(), moments(field));
    } else if (!ParameterTracker.class.isAssignableFrom(field.getType())) {
      unknown.add(field.getDeclaringClass().getSimpleName() + "." + field.getName());
    }
  }

  private static boolean isMoments(Type type) {
    return type instanceof ParameterizedType outer
        && outer.getRawType() == Map.class
        && outer.getActualTypeArguments()[0] == String.class
        && outer.getActualTypeArguments()[1] instanceof ParameterizedType inner
        && inner.getRawType() == Map.class
        && inner.getActualTypeArguments()[0] == Device.class
        && inner.getActualTypeArguments()[1] == NDArray.class;
  }

  @SuppressWarnings("unchecked") // isMoments has checked the type arguments
  private Map<String, Map<Device, NDArray>> moments(Field field) {
    return (Map<String, Map<Device, NDArray>>) valueOf(field, optimizer);
  }

  @SuppressWarnings("unchecked") // declared so by DJL
  private static Map<String, Integer> countsOf(Optimizer optimizer) {
    return (Map<String, Integer>) valueOf(fieldOf(Optimizer.class, COUNTS), optimizer);
  }

  private static @Nullable Field rateField(Optimizer optimizer) {
    for (Class<?> type = optimizer.getClass(); type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (ParameterTracker.class.isAssignableFrom(field.getType())) {
          return field;
        }
      }
    }
    return null;
  }

  /** Replaces the optimizer's rate with a changeable one, if the type of the field allows it. */
  private @Nullable ChangeableRate changeable(Field field) {
    if (!field.getType().isAssignableFrom(ChangeableRate.class)) {
      return null;
    }
    ParameterTracker current = (ParameterTracker) valueOf(field, optimizer);
    if (current instanceof ChangeableRate) {
      throw new IllegalStateException(
          "the optimizer %s belongs to a training that is still running; build one for each training"
              .formatted(optimizer.getClass().getSimpleName()));
    }
    ChangeableRate changeable = new ChangeableRate(current);
    set(field, changeable);
    return changeable;
  }

  private static Field fieldOf(Class<?> type, String name) {
    try {
      return type.getDeclaredField(name);
    } catch (NoSuchFieldException e) {
      throw changed(e);
    }
  }

  private static Object valueOf(Field field, Object owner) {
    try {
      field.setAccessible(true);
      return field.get(owner);
    } catch (IllegalAccessException e) {
      throw changed(e);
    }
  }

  private int intValue(Field field) {
    return (Integer) valueOf(field, optimizer);
  }

  private void setInt(Field field, int value) {
    set(field, value);
  }

  private void set(Field field, Object value) {
    try {
      field.setAccessible(true);
      field.set(optimizer, value);
    } catch (IllegalAccessException e) {
      throw changed(e);
    }
  }

  private static IllegalStateException changed(ReflectiveOperationException e) {
    return new IllegalStateException(
        "this version of DJL keeps the state of its optimizers elsewhere; use the version that"
            + " Ostinato is built with",
        e);
  }

  private static HostArray scalar(String name, long value) {
    ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return HostArray.of(name, DataType.INT64, new Shape(), buffer.putLong(value).array());
  }

  private static long value(HostArray scalar) {
    return ByteBuffer.wrap(scalar.bytes()).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }
}
