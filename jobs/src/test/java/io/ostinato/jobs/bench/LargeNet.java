package io.ostinato.jobs.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;

/** A small network beside a table that makes it large, and its forward hardly slower. */
final class LargeNet extends AbstractBlock {
  private static final int COLUMNS = 1_024;

  private final Block mlp;
  private final Parameter table;

  /** A network with a table of this size. */
  LargeNet(int megabytes) {
    this(BenchNets.mlp(), megabytes * 1_000_000L);
  }

  /** This network with a table of this size. */
  LargeNet(Block network, long tableBytes) {
    mlp = addChildBlock("mlp", network);
    table =
        addParameter(
            Parameter.builder()
                .setName("table")
                .setType(Parameter.Type.WEIGHT)
                .optShape(new Shape(tableBytes / (COLUMNS * Float.BYTES), COLUMNS))
                .build());
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore parameters,
      NDList inputs,
      boolean training,
      PairList<String, Object> options) {
    NDArray logits = mlp.forward(parameters, new NDList(inputs.get(0)), training).head();
    // What is made from a weight alone belongs to the model, unless it is given to the batch.
    NDArray rows = parameters.getValue(table, logits.getDevice(), training).get(inputs.get(1));
    rows.attach(logits.getManager());
    return new NDList(logits.add(rows.get(":, :10")));
  }

  @Override
  protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputs) {
    mlp.initialize(manager, type, inputs[0]);
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    return mlp.getOutputShapes(new Shape[] {inputs[0]});
  }
}
