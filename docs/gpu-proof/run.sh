#!/bin/bash
# Runs the benchmarks of a GPU; see README.md beside this file.
#
#   OSTINATO_CLASSPATH='…/classes:…/lib/*' JAVA_HOME=… PYTHON=python3 run.sh FOLDER [STEP …]
#
# FOLDER gets the outputs. The Python is one with PyTorch, whose libtorch is used, and torchvision; the
# folder of its libtorch has DJL's libdjl_torch.so for this libtorch. LIMIT is the number of seconds after
# which no step begins.
set -u
if [ "$1" = --step ]; then
  only=$2
  shift 2
fi
here=$(cd "$(dirname "$0")" && pwd)
out=$(mkdir -p "$1" && cd "$1" && pwd)
shift
steps=${*:-export numbers numbers.tf32 tasks steady memory refresh lost measure train}
mkdir -p "$out/home/jars" "$out/cuda" "$out/figures"

site=$($PYTHON -c 'import os, torch; print(os.path.dirname(os.path.dirname(torch.__file__)))')
# DJL counts GPUs with libcudart.so, which PyTorch's packages have only with its version.
ln -sf "$(ls "$site"/nvidia/*/lib/libcudart.so.* | head -1)" "$out/cuda/libcudart.so"
# Executors are started in folders of their own.
OSTINATO_CLASSPATH=$(echo "$OSTINATO_CLASSPATH" | tr ':' '\n' | sed "s#^[^/]#$PWD/&#" | paste -sd:)
export PYTORCH_LIBRARY_PATH=$site/torch/lib PYTORCH_VERSION=2.7.1 PYTORCH_FLAVOR=cu128
export LD_LIBRARY_PATH=$out/cuda:${LD_LIBRARY_PATH:-}
export SPARK_LOCAL_IP=127.0.0.1 SPARK_HOME=$out/home SPARK_SCALA_VERSION=2.12

opens=
for package in lang lang.invoke lang.reflect io net nio util util.concurrent util.concurrent.atomic; do
  opens="$opens --add-opens=java.base/java.$package=ALL-UNNAMED"
done
for package in jdk.internal.ref sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar; do
  opens="$opens --add-opens=java.base/$package=ALL-UNNAMED"
done

java() {
  # shellcheck disable=SC2086
  "$JAVA_HOME/bin/java" $opens -Xmx24g -Dai.djl.offline=true -Dai.djl.pytorch.num_threads=4 \
    -Dlog4j2.configurationFile="$here/../../jobs/src/main/config/quickstart-log4j2.properties" \
    -Dbench.gpu.module="$out/resnet50.pt" ${JAVA_OPTIONS:-} -cp "$OSTINATO_CLASSPATH" "$@"
}
bench() {
  java io.ostinato.jobs.bench.Bench "$out" "gpu.$1" && cp "$out/bench.jsonl" "$out/figures/$1.jsonl"
}
resnet() { $PYTHON "$here/../../jobs/src/test/python/gpu/resnet50.py" "$@"; }

step() {
  case $1 in
    export) resnet export "$out/resnet50.pt" ;;
    numbers | memory) NVIDIA_TF32_OVERRIDE=0 bench "$1" ;;
    numbers.tf32) bench numbers ;;
    # Else a scripted module is fused after its first batches, and its last bits change.
    tasks) JAVA_OPTIONS="${JAVA_OPTIONS:-} -Dai.djl.pytorch.graph_optimizer=false" bench tasks ;;
    measure) resnet measure ;;
    train) java io.ostinato.jobs.Main quickstart --output "$out/quickstart" ;;
    *) bench "$1" ;;
  esac
}

if [ -n "${only:-}" ]; then
  step "$only"
  exit
fi
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
date -u +%Y-%m-%d
SECONDS=0
failed=0
for name in $steps; do
  [ "$SECONDS" -gt "${LIMIT:-100000}" ] && echo "$name: no time left" && continue
  began=$SECONDS
  timeout -k 5 "${STEP_LIMIT:-600}" "$here/run.sh" --step "$name" "$out" >"$out/$name.log" 2>&1
  status=$?
  [ $status -ne 0 ] && failed=1
  echo "== $name: exit $status, $((SECONDS - began)) s"
  grep -v -e SLF4J -e 'WARN' "$out/$name.log" | grep -v -P '^\s+at ' | cut -c1-600 | tail -n "${LINES_EACH:-12}"
done
exit $failed
