package io.ostinato.model;

import ai.djl.ndarray.NDList;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.BlockList;
import ai.djl.util.Pair;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Provides the outputs of a block's layers by name. The first time a layer is requested, a recorder
 * replaces it in its parent. Thread-safe.
 */
final class BlockLayers {
  private final Block block;
  private final Map<String, LayerRecorder> recorders = new HashMap<>();

  BlockLayers(Block block) {
    this.block = block;
  }

  /**
   * Runs a forward and returns the outputs of a layer.
   *
   * @throws IllegalArgumentException if there is no such layer, or the forward doesn't run it
   */
  NDList outputs(String layer, Runnable forward) {
    LayerRecorder recorder = recorder(layer);
    NDList outputs = recorder.record(forward).outputs();
    if (outputs == null) {
      throw new IllegalArgumentException(
          "the layer '%s' was not run by the forward, or its parent holds it where it can't be"
                  .formatted(layer)
              + " replaced: a field of type Block can be replaced, but not one of type "
              + recorder.layer().getClass().getSimpleName());
    }
    return outputs;
  }

  private synchronized LayerRecorder recorder(String path) {
    return recorders.computeIfAbsent(path, this::install);
  }

  private LayerRecorder install(String path) {
    Block parent = block;
    Block child = block;
    for (String name : path.split("/", -1)) {
      parent = child instanceof LayerRecorder recorder ? recorder.layer() : child;
      child = child(parent, name, path);
    }
    if (child instanceof LayerRecorder installed) {
      return installed;
    }
    LayerRecorder recorder = new LayerRecorder(child);
    replace(parent, child, recorder);
    return recorder;
  }

  /**
   * Finds a child by its name in the list of children, with or without the number that the list
   * prepends.
   */
  private Block child(Block parent, String name, String path) {
    for (Pair<String, Block> entry : parent.getChildren()) {
      if (entry.getKey().equals(name) || entry.getKey().replaceFirst("^\\d+", "").equals(name)) {
        return entry.getValue();
      }
    }
    throw new IllegalArgumentException(
        "the model has no layer '%s'; it has: %s".formatted(path, String.join(", ", names())));
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    addNames(block, "", names::add);
    return names;
  }

  private static void addNames(Block parent, String prefix, Consumer<String> names) {
    for (Pair<String, Block> entry : parent.getChildren()) {
      Block child =
          entry.getValue() instanceof LayerRecorder recorder ? recorder.layer() : entry.getValue();
      names.accept(prefix + entry.getKey());
      addNames(child, prefix + entry.getKey() + "/", names);
    }
  }

  private static void replace(Block parent, Block child, LayerRecorder recorder) {
    for (Class<?> type = parent.getClass(); type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
          replace(field, parent, child, recorder);
        }
      }
      if (type == AbstractBlock.class) {
        return;
      }
    }
  }

  private static void replace(Field field, Block parent, Block child, LayerRecorder recorder) {
    try {
      field.setAccessible(true);
      Object held = field.get(parent);
      if (held == child && field.getType().isInstance(recorder)) {
        field.set(parent, recorder);
      } else if (held instanceof BlockList children) {
        replaceIn(children.values(), child, recorder);
      } else if (held instanceof List<?> list) {
        replaceIn(list, child, recorder);
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings(
      "unchecked") // it contains a block, so its element type is a supertype of blocks
  private static void replaceIn(List<?> list, Block child, LayerRecorder recorder) {
    for (ListIterator<Object> each = ((List<Object>) list).listIterator(); each.hasNext(); ) {
      if (each.next() == child) {
        each.set(recorder);
      }
    }
  }
}
