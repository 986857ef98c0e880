package io.ostinato.notebook.zeppelin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callbacks of Scala cells that read variables of cells, with executors that are processes. */
class ScalaCellsIT {
  private static final List<String> BEFORE =
      List.of(
          """
          import ai.djl.engine.Engine
          import ai.djl.ndarray._
          import ai.djl.ndarray.types._
          import ai.djl.nn.Block
          import ai.djl.nn.core.Linear
          import ai.djl.training.dataset.ArrayDataset
          import io.ostinato.callback._
          import io.ostinato.evaluation._
          import io.ostinato.model._
          import io.ostinato.schedule._
          import io.ostinato.spark.data._
          import io.ostinato.spark.engine.SparkEvaluationEngine
          import io.ostinato.training._
          import java.nio.file.Path
          """,
          """
          @transient lazy val rows = SparkDataset.of(spark.range(0, 8, 1, 2)
              .selectExpr("array(float(id), 1F) as x", "float(id) as y"))
            .column("x", "x", DataType.FLOAT32, 2)
            .column("y", "y", DataType.FLOAT32)
          @transient lazy val data = {
            val manager = Engine.getInstance.newBaseManager
            new ArrayDataset.Builder().setData(manager.ones(new Shape(4, 2)))
              .optLabels(manager.ones(new Shape(4))).setSampling(2, false).build()
          }
          class Net extends BlockFactory {
            override def get(): Block = Linear.builder().setUnits(2).build()
          }
          def train(callback: Callback) = TrainingLoop.builder().model(new Net, new Shape(2))
            .data(DataContainer.builder().train(data).evaluation("rows", rows).build())
            .engine(SparkEvaluationEngine.of(spark)).output(Path.of("runs"))
            .withoutDefaultCallbacks().callback(callback).length(TrainingLength.epochs(1))
            .effectiveBatchSize(2).build().run().summary.last.get("sum").value
          """,
          """
          val ten = 10
          var changed = 1
          lazy val five = 5
          @transient val local = 4
          @transient lazy val computed = 6
          object Holder extends Serializable { var factor = 3; def twice = 2 * local }
          case class Two(value: Int)
          """,
          "changed = 7",
          "Holder.factor = 8",
          "val thread = new Thread");

  private static final String CALLBACK =
      """
      class Sum extends PeriodicDataIteratorCallback(
          DataIteratorConfig.every(Schedule.everyNEpochs(1)).dataset("rows").batchSize(3)) {
        override protected def processData(batch: EvaluationBatch, model: EvaluationModel): NDList =
          results("y", batch.get("y").mul(%s))
        override protected def processResults(results: EvaluationResults, at: Invocation): Unit =
          writer().addScalar("sum", results.get("y").sum().getFloat() + 0 * local)
      }
      """;

  private static final int SUM = 28;

  /** What executors multiply by, and the value that they must have for it. */
  private static final Map<String, Integer> SENT =
      Map.of(
          "ten", 10,
          "changed", 7,
          "five + computed", 11,
          "Holder.factor", 8,
          "Two(2).value", 2);

  private static final Map<String, String> REFUSED =
      Map.of(
          "local", "Sum.processData reads the cell variable 'local', which is not sent to",
          "Seq(1).map(_ * local).sum", "a function in Sum.processData reads the cell variable 'lo",
          "Holder.twice", "Holder.twice reads the cell variable 'local', which is not sent to",
          "sc.defaultParallelism", "Sum.processData reads the cell variable 'sc', which is not",
          "thread.getPriority", "thread holds a java.lang.Thread, which is not serializable; make");

  private static final Map<String, String> WRONG_COLUMNS =
      Map.of(
          "SparkDataset.of(spark.range(8).toDF).column(\"x\", \"pixel\", DataType.FLOAT32)",
              "the dataset has no column 'pixel'; it has: id",
          """
          io.ostinato.jobs.Evaluator.on(spark.range(8).toDF, io.ostinato.jobs.EvaluatorSpec.create
            .input("pixel:float32").metric("mse").label("id:int64"))
          """,
              "no column 'pixel'");

  @TempDir Path folder;

  @Test
  void variablesHaveTheirValuesOrAreRefused() throws Exception {
    List<String> cells = new ArrayList<>(BEFORE);
    List<String> expected = new ArrayList<>();
    SENT.forEach(
        (factor, value) -> {
          cells.add(CALLBACK.formatted(factor));
          cells.add("train(new Sum)");
          expected.add("Double = " + (double) SUM * value);
        });
    REFUSED.forEach(
        (factor, problem) -> {
          cells.add(CALLBACK.formatted(factor));
          cells.add("train(new Sum)");
          expected.add(problem);
        });
    WRONG_COLUMNS.forEach(
        (cell, problem) -> {
          cells.add("val column = 1");
          cells.add(cell);
          expected.add(problem);
        });
    cells.add(CALLBACK.formatted("batch.get(\"z\")"));
    cells.add("io.ostinato.notebook.zeppelin.ParagraphFailures.shortened(() => train(new Sum))");
    expected.add("EvaluationException: callback 'sum' at E1_U2_S4 on dataset 'rows' failed in");
    List<String> printed =
        new ScalaShell("local-cluster[2,1,1024]", Files.createDirectory(folder.resolve("work")))
            .run(cells);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(printed.get(BEFORE.size() + 2 * i + 1))
          .as(cells.get(BEFORE.size() + 2 * i))
          .contains(expected.get(i));
    }
    assertThat(printed).allSatisfy(each -> assertThat(each.lines()).hasSizeLessThan(20));
  }
}
