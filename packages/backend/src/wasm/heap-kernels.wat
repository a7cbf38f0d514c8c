;; Kernels on tfjs' own memory, four float32 at once. Addresses and steps are in bytes. The memory may
;; end at 4 GiB, where an address wraps to 0, so loops compare addresses for equality only.
(module
  (import "tfjs" "memory" (memory 1 65536 shared))

  ;; A job is a record of 32-bit words in memory, see jobs.ts. Its units are computed by whoever takes
  ;; them, last one first. What `left` was before a thread counted it down says which unit it took; at
  ;; 0 and below there is none, and the rest of the record is not looked at.
  ;;    0 epoch    4 left    8 done    12 kind, a place in the table below    16 on: what its function says
  (type $unit (func (param $job i32) (param $unit i32) (param $thread i32)))
  (table funcref (elem $panel $columns $columnsOfOne $raise $maxima $norm $normGradient))

  ;; Computes a job with the threads that wait for one.
  (func (export "run") (param $job i32) (param $units i32)
    (i32.atomic.store offset=8 (local.get $job) (i32.const 0))
    (i32.atomic.store offset=4 (local.get $job) (local.get $units))
    (drop (i32.atomic.rmw.add (local.get $job) (i32.const 1)))
    (drop (memory.atomic.notify (local.get $job) (i32.sub (local.get $units) (i32.const 1))))
    (call $takeUnits (local.get $job) (i32.const 0))
    (loop $others
      (br_if $others (i32.ne (local.get $units) (i32.atomic.load offset=8 (local.get $job))))))

  ;; The life of a thread: it waits for jobs and never returns.
  (func (export "work") (param $job i32) (param $thread i32)
    (local $epoch i32)
    (loop $jobs
      (local.set $epoch (i32.atomic.load (local.get $job)))
      (call $takeUnits (local.get $job) (local.get $thread))
      (drop (memory.atomic.wait32 (local.get $job) (local.get $epoch) (i64.const -1)))
      (br $jobs)))

  (func $takeUnits (param $job i32) (param $thread i32)
    (local $unit i32)
    (loop $units
      (local.set $unit (i32.sub
        (i32.atomic.rmw.sub offset=4 (local.get $job) (i32.const 1)) (i32.const 1)))
      (if (i32.ge_s (local.get $unit) (i32.const 0))
        (then
          (call_indirect (type $unit) (local.get $job) (local.get $unit) (local.get $thread)
            (i32.load offset=12 (local.get $job)))
          (drop (i32.atomic.rmw.add offset=8 (local.get $job) (i32.const 1)))
          (br $units)))))

  ;; Eight columns of y = x w + bias, or `lowest` where that is larger. Row i of x is `lines` runs of
  ;; floats; the first begins at the address x[i], and further on for each group of columns before
  ;; these. These columns of w are packed first.
  ;;   16 x    20 w    24 bias, 0 for none    28 y    32 rows of y    36 bytes of a row of y
  ;;   40 lines    44 bytes between them    48 floats in one    52 room for a panel    56 its bytes
  ;;   60 panels of a group    64 bytes from its x to the next one's    68 lowest
  (func $panel (param $job i32) (param $unit i32) (param $thread i32)
    (local $packed i32) (local $from i32) (local $to i32) (local $end i32) (local $pitch i32)
    (local $row i32) (local $rows i32) (local $last i32) (local $x i32) (local $y i32) (local $group i32)
    (local $second i32) (local $third i32) (local $fourth i32)
    (local $bias v128) (local $bias4 v128)
    (local.set $group (i32.mul (i32.load offset=64 (local.get $job))
      (i32.div_u (local.get $unit) (i32.load offset=60 (local.get $job)))))
    (local.set $unit (i32.shl (local.get $unit) (i32.const 5)))
    (local.set $pitch (i32.load offset=36 (local.get $job)))
    (local.set $packed (i32.add (i32.load offset=52 (local.get $job))
      (i32.mul (local.get $thread) (i32.load offset=56 (local.get $job)))))
    (local.set $from (i32.add (i32.load offset=20 (local.get $job)) (local.get $unit)))
    (local.set $to (local.get $packed))
    (local.set $end (i32.add (local.get $to) (i32.load offset=56 (local.get $job))))
    (loop $pack
      (v128.store (local.get $to) (v128.load (local.get $from)))
      (v128.store offset=16 (local.get $to) (v128.load offset=16 (local.get $from)))
      (local.set $from (i32.add (local.get $from) (local.get $pitch)))
      (br_if $pack (i32.ne (local.get $end)
        (local.tee $to (i32.add (local.get $to) (i32.const 32))))))
    (if (i32.load offset=24 (local.get $job))
      (then
        (local.set $from (i32.add (i32.load offset=24 (local.get $job)) (local.get $unit)))
        (local.set $bias (v128.load (local.get $from)))
        (local.set $bias4 (v128.load offset=16 (local.get $from)))))
    (local.set $x (i32.load offset=16 (local.get $job)))
    (local.set $y (i32.add (i32.load offset=28 (local.get $job)) (local.get $unit)))
    (local.set $rows (i32.load offset=32 (local.get $job)))
    (local.set $last (i32.sub (local.get $rows) (i32.const 1)))
    ;; Where fewer than four rows are left the last one is computed more than once.
    (loop $tiles
      (local.set $second (call $smaller (i32.add (local.get $row) (i32.const 1)) (local.get $last)))
      (local.set $third (call $smaller (i32.add (local.get $row) (i32.const 2)) (local.get $last)))
      (local.set $fourth (call $smaller (i32.add (local.get $row) (i32.const 3)) (local.get $last)))
      (call $tile
        (i32.add (local.get $group)
          (i32.load (i32.add (local.get $x) (i32.shl (local.get $row) (i32.const 2)))))
        (i32.add (local.get $group)
          (i32.load (i32.add (local.get $x) (i32.shl (local.get $second) (i32.const 2)))))
        (i32.add (local.get $group)
          (i32.load (i32.add (local.get $x) (i32.shl (local.get $third) (i32.const 2)))))
        (i32.add (local.get $group)
          (i32.load (i32.add (local.get $x) (i32.shl (local.get $fourth) (i32.const 2)))))
        (i32.add (local.get $y) (i32.mul (local.get $row) (local.get $pitch)))
        (i32.add (local.get $y) (i32.mul (local.get $second) (local.get $pitch)))
        (i32.add (local.get $y) (i32.mul (local.get $third) (local.get $pitch)))
        (i32.add (local.get $y) (i32.mul (local.get $fourth) (local.get $pitch)))
        (i32.load offset=40 (local.get $job))
        (i32.load offset=44 (local.get $job))
        (i32.load offset=48 (local.get $job))
        (local.get $packed) (local.get $bias) (local.get $bias4)
        (f32.load offset=68 (local.get $job)))
      (br_if $tiles (i32.lt_u
        (local.tee $row (i32.add (local.get $row) (i32.const 4))) (local.get $rows)))))

  (func $smaller (param $a i32) (param $b i32) (result i32)
    (select (local.get $a) (local.get $b) (i32.lt_u (local.get $a) (local.get $b))))

  ;; Four rows of x by one packed panel. One step a turn: with more, V8 no longer keeps the sums in
  ;; registers and is a third slower.
  (func $tile
    (param $a i32) (param $b i32) (param $c i32) (param $d i32)
    (param $ya i32) (param $yb i32) (param $yc i32) (param $yd i32)
    (param $lines i32) (param $line i32) (param $run i32) (param $panel i32)
    (param $sumA v128) (param $sumA4 v128) (param $lowest f32)
    (local $sumB v128) (local $sumB4 v128) (local $sumC v128) (local $sumC4 v128)
    (local $sumD v128) (local $sumD4 v128) (local $w v128) (local $w4 v128) (local $factor v128)
    (local $left i32)
    (local.set $sumB (local.get $sumA))
    (local.set $sumB4 (local.get $sumA4))
    (local.set $sumC (local.get $sumA))
    (local.set $sumC4 (local.get $sumA4))
    (local.set $sumD (local.get $sumA))
    (local.set $sumD4 (local.get $sumA4))
    (local.set $line (i32.sub (local.get $line) (i32.shl (local.get $run) (i32.const 2))))
    (loop $allLines
      (local.set $left (local.get $run))
      (loop $floats
        (local.set $w (v128.load (local.get $panel)))
        (local.set $w4 (v128.load offset=16 (local.get $panel)))
        (local.set $factor (v128.load32_splat (local.get $a)))
        (local.set $sumA (f32x4.add (local.get $sumA) (f32x4.mul (local.get $factor) (local.get $w))))
        (local.set $sumA4 (f32x4.add (local.get $sumA4) (f32x4.mul (local.get $factor) (local.get $w4))))
        (local.set $factor (v128.load32_splat (local.get $b)))
        (local.set $sumB (f32x4.add (local.get $sumB) (f32x4.mul (local.get $factor) (local.get $w))))
        (local.set $sumB4 (f32x4.add (local.get $sumB4) (f32x4.mul (local.get $factor) (local.get $w4))))
        (local.set $factor (v128.load32_splat (local.get $c)))
        (local.set $sumC (f32x4.add (local.get $sumC) (f32x4.mul (local.get $factor) (local.get $w))))
        (local.set $sumC4 (f32x4.add (local.get $sumC4) (f32x4.mul (local.get $factor) (local.get $w4))))
        (local.set $factor (v128.load32_splat (local.get $d)))
        (local.set $sumD (f32x4.add (local.get $sumD) (f32x4.mul (local.get $factor) (local.get $w))))
        (local.set $sumD4 (f32x4.add (local.get $sumD4) (f32x4.mul (local.get $factor) (local.get $w4))))
        (local.set $a (i32.add (local.get $a) (i32.const 4)))
        (local.set $b (i32.add (local.get $b) (i32.const 4)))
        (local.set $c (i32.add (local.get $c) (i32.const 4)))
        (local.set $d (i32.add (local.get $d) (i32.const 4)))
        (local.set $panel (i32.add (local.get $panel) (i32.const 32)))
        (br_if $floats (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (local.set $a (i32.add (local.get $a) (local.get $line)))
      (local.set $b (i32.add (local.get $b) (local.get $line)))
      (local.set $c (i32.add (local.get $c) (local.get $line)))
      (local.set $d (i32.add (local.get $d) (local.get $line)))
      (br_if $allLines (local.tee $lines (i32.sub (local.get $lines) (i32.const 1)))))
    (local.set $factor (f32x4.splat (local.get $lowest)))
    (v128.store (local.get $ya) (f32x4.max (local.get $sumA) (local.get $factor)))
    (v128.store offset=16 (local.get $ya) (f32x4.max (local.get $sumA4) (local.get $factor)))
    (v128.store (local.get $yb) (f32x4.max (local.get $sumB) (local.get $factor)))
    (v128.store offset=16 (local.get $yb) (f32x4.max (local.get $sumB4) (local.get $factor)))
    (v128.store (local.get $yc) (f32x4.max (local.get $sumC) (local.get $factor)))
    (v128.store offset=16 (local.get $yc) (f32x4.max (local.get $sumC4) (local.get $factor)))
    (v128.store (local.get $yd) (f32x4.max (local.get $sumD) (local.get $factor)))
    (v128.store offset=16 (local.get $yd) (f32x4.max (local.get $sumD4) (local.get $factor))))

  ;; One unit's columns of y += x w, k a multiple of 4. Every float of w is read once, where it lies:
  ;; four rows at a time of so few columns that this part of y stays in the cache.
  ;;   16 x    20 w    28 y    32 rows of y    36 bytes of a row of y    40 bytes of a row of x
  ;;   44 bytes of a unit
  (func $columns (param $job i32) (param $unit i32) (param $thread i32)
    (local $x i32) (local $w i32) (local $y i32) (local $m i32) (local $k i32) (local $n i32)
    (local $xEnd i32) (local $xAt i32) (local $yAt i32) (local $wAt i32) (local $width i32)
    (local $column i32) (local $row i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $a4 v128) (local $b4 v128) (local $c4 v128) (local $d4 v128)
    (local $factor v128) (local $sum v128) (local $sum4 v128)
    (local.set $n (i32.load offset=36 (local.get $job)))
    (local.set $column (i32.mul (local.get $unit) (i32.load offset=44 (local.get $job))))
    (local.set $width (call $smaller
      (i32.load offset=44 (local.get $job)) (i32.sub (local.get $n) (local.get $column))))
    (local.set $w (i32.add (i32.load offset=20 (local.get $job)) (local.get $column)))
    (local.set $y (i32.add (i32.load offset=28 (local.get $job)) (local.get $column)))
    (local.set $x (i32.load offset=16 (local.get $job)))
    (local.set $m (i32.load offset=32 (local.get $job)))
    (local.set $k (i32.load offset=40 (local.get $job)))
    (local.set $xEnd (i32.add (local.get $x) (local.get $k)))
    (loop $fours
      (local.set $column (i32.const 0))
      (loop $eights
        (local.set $wAt (i32.add (local.get $w) (local.get $column)))
        (local.set $a (v128.load (local.get $wAt)))
        (local.set $a4 (v128.load offset=16 (local.get $wAt)))
        (local.set $wAt (i32.add (local.get $wAt) (local.get $n)))
        (local.set $b (v128.load (local.get $wAt)))
        (local.set $b4 (v128.load offset=16 (local.get $wAt)))
        (local.set $wAt (i32.add (local.get $wAt) (local.get $n)))
        (local.set $c (v128.load (local.get $wAt)))
        (local.set $c4 (v128.load offset=16 (local.get $wAt)))
        (local.set $wAt (i32.add (local.get $wAt) (local.get $n)))
        (local.set $d (v128.load (local.get $wAt)))
        (local.set $d4 (v128.load offset=16 (local.get $wAt)))
        (local.set $xAt (local.get $x))
        (local.set $yAt (i32.add (local.get $y) (local.get $column)))
        (local.set $row (local.get $m))
        (loop $rows
          (local.set $sum (v128.load (local.get $yAt)))
          (local.set $sum4 (v128.load offset=16 (local.get $yAt)))
          (local.set $factor (v128.load32_splat (local.get $xAt)))
          (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul (local.get $factor) (local.get $a))))
          (local.set $sum4 (f32x4.add (local.get $sum4) (f32x4.mul (local.get $factor) (local.get $a4))))
          (local.set $factor (v128.load32_splat offset=4 (local.get $xAt)))
          (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul (local.get $factor) (local.get $b))))
          (local.set $sum4 (f32x4.add (local.get $sum4) (f32x4.mul (local.get $factor) (local.get $b4))))
          (local.set $factor (v128.load32_splat offset=8 (local.get $xAt)))
          (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul (local.get $factor) (local.get $c))))
          (local.set $sum4 (f32x4.add (local.get $sum4) (f32x4.mul (local.get $factor) (local.get $c4))))
          (local.set $factor (v128.load32_splat offset=12 (local.get $xAt)))
          (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul (local.get $factor) (local.get $d))))
          (local.set $sum4 (f32x4.add (local.get $sum4) (f32x4.mul (local.get $factor) (local.get $d4))))
          (v128.store (local.get $yAt) (local.get $sum))
          (v128.store offset=16 (local.get $yAt) (local.get $sum4))
          (local.set $xAt (i32.add (local.get $xAt) (local.get $k)))
          (local.set $yAt (i32.add (local.get $yAt) (local.get $n)))
          (br_if $rows (local.tee $row (i32.sub (local.get $row) (i32.const 1)))))
        (br_if $eights (i32.ne (local.get $width)
          (local.tee $column (i32.add (local.get $column) (i32.const 32))))))
      (local.set $w (i32.add (local.get $w) (i32.shl (local.get $n) (i32.const 2))))
      (br_if $fours (i32.ne (local.get $xEnd)
        (local.tee $x (i32.add (local.get $x) (i32.const 16)))))))

  ;; The same of a single row, k a multiple of 8. Memory is what it waits for, and it gives most to eight
  ;; walks at a time.
  (func $columnsOfOne (param $job i32) (param $unit i32) (param $thread i32)
    (local $x i32) (local $xEnd i32) (local $w i32) (local $y i32) (local $yAt i32) (local $yEnd i32)
    (local $n i32) (local $column i32) (local $sum v128)
    (local $w0 i32) (local $x0 v128)
    (local $w1 i32) (local $x1 v128)
    (local $w2 i32) (local $x2 v128)
    (local $w3 i32) (local $x3 v128)
    (local $w4 i32) (local $x4 v128)
    (local $w5 i32) (local $x5 v128)
    (local $w6 i32) (local $x6 v128)
    (local $w7 i32) (local $x7 v128)
    (local.set $n (i32.load offset=36 (local.get $job)))
    (local.set $column (i32.mul (local.get $unit) (i32.load offset=44 (local.get $job))))
    (local.set $w (i32.add (i32.load offset=20 (local.get $job)) (local.get $column)))
    (local.set $y (i32.add (i32.load offset=28 (local.get $job)) (local.get $column)))
    (local.set $yEnd (i32.add (local.get $y) (call $smaller
      (i32.load offset=44 (local.get $job)) (i32.sub (local.get $n) (local.get $column)))))
    (local.set $x (i32.load offset=16 (local.get $job)))
    (local.set $xEnd (i32.add (local.get $x)
      (i32.load offset=40 (local.get $job))))
    (loop $eights
      (local.set $x0 (v128.load32_splat (local.get $x)))
      (local.set $x1 (v128.load32_splat offset=4 (local.get $x)))
      (local.set $x2 (v128.load32_splat offset=8 (local.get $x)))
      (local.set $x3 (v128.load32_splat offset=12 (local.get $x)))
      (local.set $x4 (v128.load32_splat offset=16 (local.get $x)))
      (local.set $x5 (v128.load32_splat offset=20 (local.get $x)))
      (local.set $x6 (v128.load32_splat offset=24 (local.get $x)))
      (local.set $x7 (v128.load32_splat offset=28 (local.get $x)))
      (local.set $w0 (local.get $w))
      (local.set $w1 (i32.add (local.get $w0) (local.get $n)))
      (local.set $w2 (i32.add (local.get $w1) (local.get $n)))
      (local.set $w3 (i32.add (local.get $w2) (local.get $n)))
      (local.set $w4 (i32.add (local.get $w3) (local.get $n)))
      (local.set $w5 (i32.add (local.get $w4) (local.get $n)))
      (local.set $w6 (i32.add (local.get $w5) (local.get $n)))
      (local.set $w7 (i32.add (local.get $w6) (local.get $n)))
      (local.set $yAt (local.get $y))
      (loop $fours
        (local.set $sum (v128.load (local.get $yAt)))
        (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul (local.get $x0) (v128.load (local.get $w0)))))
        (local.set $w0 (i32.add (local.get $w0) (i32.const 16)))
        (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul (local.get $x1) (v128.load (local.get $w1)))))
        (local.set $w1 (i32.add (local.get $w1) (i32.const 16)))
        (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul (local.get $x2) (v128.load (local.get $w2)))))
        (local.set $w2 (i32.add (local.get $w2) (i32.const 16)))
        (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul (local.get $x3) (v128.load (local.get $w3)))))
        (local.set $w3 (i32.add (local.get $w3) (i32.const 16)))
        (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul (local.get $x4) (v128.load (local.get $w4)))))
        (local.set $w4 (i32.add (local.get $w4) (i32.const 16)))
        (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul (local.get $x5) (v128.load (local.get $w5)))))
        (local.set $w5 (i32.add (local.get $w5) (i32.const 16)))
        (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul (local.get $x6) (v128.load (local.get $w6)))))
        (local.set $w6 (i32.add (local.get $w6) (i32.const 16)))
        (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul (local.get $x7) (v128.load (local.get $w7)))))
        (local.set $w7 (i32.add (local.get $w7) (i32.const 16)))
        (v128.store (local.get $yAt) (local.get $sum))
        (br_if $fours (i32.ne (local.get $yEnd)
          (local.tee $yAt (i32.add (local.get $yAt) (i32.const 16))))))
      (local.set $w (i32.add (local.get $w) (i32.shl (local.get $n) (i32.const 3))))
      (br_if $eights (i32.ne (local.get $xEnd)
        (local.tee $x (i32.add (local.get $x) (i32.const 32)))))))

  ;; One unit of y = x + bias, or `lowest` where that is larger; without a bias, of x. Rows are as long as
  ;; the bias, and a unit is some of them.
  ;;   16 x    24 bias, 0 for none    28 y    32 bytes of y    36 bytes of a row    40 bytes of a unit
  ;;   68 lowest
  (func $raise (param $job i32) (param $unit i32) (param $thread i32)
    (local $x i32) (local $y i32) (local $end i32) (local $bias i32) (local $rowEnd i32)
    (local $value v128) (local $lowest v128)
    (local.set $unit (i32.mul (local.get $unit) (i32.load offset=40 (local.get $job))))
    (local.set $x (i32.add (i32.load offset=16 (local.get $job)) (local.get $unit)))
    (local.set $y (i32.add (i32.load offset=28 (local.get $job)) (local.get $unit)))
    (local.set $end (i32.add (local.get $y) (call $smaller
      (i32.load offset=40 (local.get $job))
      (i32.sub (i32.load offset=32 (local.get $job)) (local.get $unit)))))
    (local.set $lowest (f32x4.splat (f32.load offset=68 (local.get $job))))
    (if (i32.load offset=24 (local.get $job))
      (then
        (loop $rows
          (local.set $bias (i32.load offset=24 (local.get $job)))
          (local.set $rowEnd (i32.add (local.get $y) (i32.load offset=36 (local.get $job))))
          (loop $fours
            (local.set $value (f32x4.add (v128.load (local.get $x)) (v128.load (local.get $bias))))
            (v128.store (local.get $y) (f32x4.max (local.get $value) (local.get $lowest)))
            (local.set $x (i32.add (local.get $x) (i32.const 16)))
            (local.set $bias (i32.add (local.get $bias) (i32.const 16)))
            (br_if $fours (i32.ne (local.get $rowEnd)
              (local.tee $y (i32.add (local.get $y) (i32.const 16))))))
          (br_if $rows (i32.ne (local.get $y) (local.get $end)))))
      (else
        (loop $fours
          (v128.store (local.get $y) (f32x4.max (v128.load (local.get $x)) (local.get $lowest)))
          (local.set $x (i32.add (local.get $x) (i32.const 16)))
          (br_if $fours (i32.ne (local.get $end)
            (local.tee $y (i32.add (local.get $y) (i32.const 16)))))))))

  ;; One unit's windows: the largest x of each channel, NaN passed over, -infinity where there is none.
  ;; A window is three words: the address of its first pixel, rows and columns of it, none or both 0.
  ;;   16 windows    28 y    32 number of windows    36 bytes of a pixel    40 bytes of a row of x
  ;;   44 windows of a unit
  (func $maxima (param $job i32) (param $unit i32) (param $thread i32)
    (local $window i32) (local $end i32) (local $y i32) (local $yEnd i32) (local $pixel i32)
    (local $line i32) (local $x i32) (local $start i32) (local $at i32) (local $row i32)
    (local $column i32) (local $best v128)
    (local.set $unit (i32.mul (local.get $unit) (i32.load offset=44 (local.get $job))))
    (local.set $pixel (i32.load offset=36 (local.get $job)))
    (local.set $line (i32.load offset=40 (local.get $job)))
    (local.set $y (i32.add (i32.load offset=28 (local.get $job))
      (i32.mul (local.get $unit) (local.get $pixel))))
    (local.set $window (i32.add (i32.load offset=16 (local.get $job))
      (i32.mul (local.get $unit) (i32.const 12))))
    (local.set $end (i32.add (local.get $window) (i32.mul (i32.const 12) (call $smaller
      (i32.load offset=44 (local.get $job))
      (i32.sub (i32.load offset=32 (local.get $job)) (local.get $unit))))))
    (loop $windows
      (local.set $x (i32.load (local.get $window)))
      (local.set $yEnd (i32.add (local.get $y) (local.get $pixel)))
      (loop $fours
        (local.set $best (f32x4.splat (f32.const -inf)))
        (local.set $start (local.get $x))
        (if (local.tee $row (i32.load offset=4 (local.get $window)))
          (then
            (loop $rows
              (local.set $at (local.get $start))
              (local.set $column (i32.load offset=8 (local.get $window)))
              (loop $columns
                (local.set $best (f32x4.pmax (local.get $best) (v128.load (local.get $at))))
                (local.set $at (i32.add (local.get $at) (local.get $pixel)))
                (br_if $columns (local.tee $column (i32.sub (local.get $column) (i32.const 1)))))
              (local.set $start (i32.add (local.get $start) (local.get $line)))
              (br_if $rows (local.tee $row (i32.sub (local.get $row) (i32.const 1)))))))
        (v128.store (local.get $y) (local.get $best))
        (local.set $x (i32.add (local.get $x) (i32.const 16)))
        (br_if $fours (i32.ne (local.get $yEnd)
          (local.tee $y (i32.add (local.get $y) (i32.const 16))))))
      (br_if $windows (i32.ne (local.get $end)
        (local.tee $window (i32.add (local.get $window) (i32.const 12)))))))

  ;; Response normalization of one unit's pixels: y = x / s^(3/4), s = bias + alpha times the sum of
  ;; squares of the channels at most a radius away. The squares lie in the room, zeros on either side.
  ;;   16 x    28 y    32 pixels    36 bytes of one    40 pixels of a unit    44 bytes of the radius
  ;;   48 room    52 its bytes: those of a pixel and of both radii    68 bias    72 alpha
  (func $norm (param $job i32) (param $unit i32) (param $thread i32)
    (local $x i32) (local $y i32) (local $left i32) (local $pixel i32) (local $room i32) (local $at i32)
    (local $end i32) (local $reach i32) (local $value v128) (local $sum v128)
    (local $bias v128) (local $alpha v128)
    (local.set $unit (i32.mul (local.get $unit) (i32.load offset=40 (local.get $job))))
    (local.set $left (call $smaller
      (i32.load offset=40 (local.get $job))
      (i32.sub (i32.load offset=32 (local.get $job)) (local.get $unit))))
    (local.set $pixel (i32.load offset=36 (local.get $job)))
    (local.set $unit (i32.mul (local.get $unit) (local.get $pixel)))
    (local.set $x (i32.add (i32.load offset=16 (local.get $job)) (local.get $unit)))
    (local.set $y (i32.add (i32.load offset=28 (local.get $job)) (local.get $unit)))
    (local.set $reach (i32.load offset=44 (local.get $job)))
    (local.set $room (i32.add (i32.load offset=48 (local.get $job))
      (i32.mul (local.get $thread) (i32.load offset=52 (local.get $job)))))
    (local.set $bias (f32x4.splat (f32.load offset=68 (local.get $job))))
    (local.set $alpha (f32x4.splat (f32.load offset=72 (local.get $job))))
    (memory.fill (local.get $room) (i32.const 0) (i32.load offset=52 (local.get $job)))
    (loop $pixels
      (call $square (local.get $x) (i32.add (local.get $room) (local.get $reach)) (local.get $pixel))
      (local.set $at (local.get $room))
      (local.set $end (i32.add (local.get $room) (local.get $pixel)))
      (loop $fours
        (local.set $sum (call $around (local.get $at) (local.get $reach)))
        (local.set $value (f32x4.sqrt
          (f32x4.add (local.get $bias) (f32x4.mul (local.get $alpha) (local.get $sum)))))
        (v128.store (local.get $y) (f32x4.div (v128.load (local.get $x))
          (f32x4.mul (local.get $value) (f32x4.sqrt (local.get $value)))))
        (local.set $x (i32.add (local.get $x) (i32.const 16)))
        (local.set $y (i32.add (local.get $y) (i32.const 16)))
        (br_if $fours (i32.ne (local.get $end)
          (local.tee $at (i32.add (local.get $at) (i32.const 16))))))
      (br_if $pixels (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))

  ;; Its gradient: dx = dy / s^(3/4) - factor x times the sum of dy y / s over the same channels. What is
  ;; added up lies in the second half of the room.
  ;;   16 x    20 y    24 dy    28 dx    52 bytes of the room: twice as many    76 factor    others as above
  (func $normGradient (param $job i32) (param $unit i32) (param $thread i32)
    (local $x i32) (local $y i32) (local $dy i32) (local $dx i32) (local $left i32) (local $pixel i32)
    (local $room i32) (local $half i32) (local $at i32) (local $end i32) (local $reach i32)
    (local $sum v128) (local $root v128) (local $gradient v128)
    (local $bias v128) (local $alpha v128) (local $factor v128)
    (local.set $unit (i32.mul (local.get $unit) (i32.load offset=40 (local.get $job))))
    (local.set $left (call $smaller
      (i32.load offset=40 (local.get $job))
      (i32.sub (i32.load offset=32 (local.get $job)) (local.get $unit))))
    (local.set $pixel (i32.load offset=36 (local.get $job)))
    (local.set $unit (i32.mul (local.get $unit) (local.get $pixel)))
    (local.set $x (i32.add (i32.load offset=16 (local.get $job)) (local.get $unit)))
    (local.set $y (i32.add (i32.load offset=20 (local.get $job)) (local.get $unit)))
    (local.set $dy (i32.add (i32.load offset=24 (local.get $job)) (local.get $unit)))
    (local.set $dx (i32.add (i32.load offset=28 (local.get $job)) (local.get $unit)))
    (local.set $reach (i32.load offset=44 (local.get $job)))
    (local.set $room (i32.add (i32.load offset=48 (local.get $job))
      (i32.mul (local.get $thread) (i32.load offset=52 (local.get $job)))))
    (local.set $half (i32.shr_u (i32.load offset=52 (local.get $job)) (i32.const 1)))
    (local.set $bias (f32x4.splat (f32.load offset=68 (local.get $job))))
    (local.set $alpha (f32x4.splat (f32.load offset=72 (local.get $job))))
    (local.set $factor (f32x4.splat (f32.load offset=76 (local.get $job))))
    (memory.fill (local.get $room) (i32.const 0) (i32.load offset=52 (local.get $job)))
    (loop $pixels
      (call $square (local.get $x) (i32.add (local.get $room) (local.get $reach)) (local.get $pixel))
      (local.set $at (local.get $room))
      (local.set $end (i32.add (local.get $room) (local.get $pixel)))
      (loop $fours
        (local.set $sum (call $around (local.get $at) (local.get $reach)))
        (local.set $sum
          (f32x4.add (local.get $bias) (f32x4.mul (local.get $alpha) (local.get $sum))))
        (local.set $root (f32x4.sqrt (local.get $sum)))
        (local.set $gradient (v128.load (local.get $dy)))
        (v128.store (local.get $dx) (f32x4.div (local.get $gradient)
          (f32x4.mul (local.get $root) (f32x4.sqrt (local.get $root)))))
        (v128.store
          (i32.add (i32.add (local.get $at) (local.get $half)) (local.get $reach))
          (f32x4.div
            (f32x4.mul (local.get $gradient) (v128.load (local.get $y))) (local.get $sum)))
        (local.set $y (i32.add (local.get $y) (i32.const 16)))
        (local.set $dy (i32.add (local.get $dy) (i32.const 16)))
        (local.set $dx (i32.add (local.get $dx) (i32.const 16)))
        (br_if $fours (i32.ne (local.get $end)
          (local.tee $at (i32.add (local.get $at) (i32.const 16))))))
      (local.set $dx (i32.sub (local.get $dx) (local.get $pixel)))
      (local.set $at (i32.add (local.get $room) (local.get $half)))
      (local.set $end (i32.add (local.get $at) (local.get $pixel)))
      (loop $spread
        (local.set $sum (call $around (local.get $at) (local.get $reach)))
        (v128.store (local.get $dx) (f32x4.sub (v128.load (local.get $dx))
          (f32x4.mul (f32x4.mul (local.get $factor) (v128.load (local.get $x))) (local.get $sum))))
        (local.set $x (i32.add (local.get $x) (i32.const 16)))
        (local.set $dx (i32.add (local.get $dx) (i32.const 16)))
        (br_if $spread (i32.ne (local.get $end)
          (local.tee $at (i32.add (local.get $at) (i32.const 16))))))
      (br_if $pixels (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))

  ;; The squares of so many bytes of floats.
  (func $square (param $from i32) (param $to i32) (param $bytes i32)
    (local $value v128)
    (local.set $bytes (i32.add (local.get $bytes) (local.get $from)))
    (loop $fours
      (local.set $value (v128.load (local.get $from)))
      (v128.store (local.get $to) (f32x4.mul (local.get $value) (local.get $value)))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (br_if $fours (i32.ne (local.get $bytes)
        (local.tee $from (i32.add (local.get $from) (i32.const 16)))))))

  ;; Four sums of floats side by side, the first from this address to two radii further on.
  (func $around (param $at i32) (param $reach i32) (result v128)
    (local $sum v128)
    (local.set $reach (i32.add (local.get $at)
      (i32.add (i32.shl (local.get $reach) (i32.const 1)) (i32.const 4))))
    (loop $channels
      (local.set $sum (f32x4.add (local.get $sum) (v128.load (local.get $at))))
      (br_if $channels (i32.ne (local.get $reach)
        (local.tee $at (i32.add (local.get $at) (i32.const 4))))))
    (local.get $sum))

  ;; Copies so many runs of bytes, with a step from one to the next on either side.
  (func (export "copyRuns")
    (param $from i32) (param $to i32) (param $count i32) (param $bytes i32)
    (param $fromStep i32) (param $toStep i32)
    (loop $runs
      (memory.copy (local.get $to) (local.get $from) (local.get $bytes))
      (local.set $from (i32.add (local.get $from) (local.get $fromStep)))
      (local.set $to (i32.add (local.get $to) (local.get $toStep)))
      (br_if $runs (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  ;; v = momentum v - rate g - pull w, then w = w + v, in place.
  (func (export "momentumUpdate")
    (param $w i32) (param $v i32) (param $g i32) (param $count i32)
    (param $momentum f32) (param $rate f32) (param $pull f32)
    (local $weights v128) (local $step v128) (local $end i32) (local $one f32)
    (local.set $end (i32.add (local.get $w)
      (i32.and (i32.shl (local.get $count) (i32.const 2)) (i32.const -16))))
    (block $noFours
      (br_if $noFours (i32.eq (local.get $w) (local.get $end)))
      (loop $fours
        (local.set $weights (v128.load (local.get $w)))
        (local.set $step (f32x4.sub
          (f32x4.sub
            (f32x4.mul (f32x4.splat (local.get $momentum)) (v128.load (local.get $v)))
            (f32x4.mul (f32x4.splat (local.get $rate)) (v128.load (local.get $g))))
          (f32x4.mul (f32x4.splat (local.get $pull)) (local.get $weights))))
        (v128.store (local.get $v) (local.get $step))
        (v128.store (local.get $w) (f32x4.add (local.get $weights) (local.get $step)))
        (local.set $v (i32.add (local.get $v) (i32.const 16)))
        (local.set $g (i32.add (local.get $g) (i32.const 16)))
        (br_if $fours (i32.ne (local.get $end)
          (local.tee $w (i32.add (local.get $w) (i32.const 16)))))))
    (local.set $count (i32.and (local.get $count) (i32.const 3)))
    (block $noOnes
      (br_if $noOnes (i32.eqz (local.get $count)))
      (loop $ones
        (local.set $one (f32.sub
          (f32.sub
            (f32.mul (local.get $momentum) (f32.load (local.get $v)))
            (f32.mul (local.get $rate) (f32.load (local.get $g))))
          (f32.mul (local.get $pull) (f32.load (local.get $w)))))
        (f32.store (local.get $v) (local.get $one))
        (f32.store (local.get $w) (f32.add (f32.load (local.get $w)) (local.get $one)))
        (local.set $v (i32.add (local.get $v) (i32.const 4)))
        (local.set $g (i32.add (local.get $g) (i32.const 4)))
        (local.set $w (i32.add (local.get $w) (i32.const 4)))
        (br_if $ones (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))))

  ;; Of a window of rows x columns pixels, dx += dy at the first largest x of each channel. A pixel is a
  ;; multiple of 16 bytes; x and dx are the addresses of the window's first.
  (func (export "addAtMaxima")
    (param $x i32) (param $dx i32) (param $dy i32) (param $rows i32) (param $columns i32)
    (param $pixel i32) (param $line i32)
    (local $left i32) (local $row i32) (local $column i32) (local $start i32) (local $at i32)
    (local $value v128) (local $best v128) (local $place v128) (local $larger v128)
    (local.set $left (local.get $pixel))
    (loop $fours
      (local.set $best (f32x4.splat (f32.const -inf)))
      (local.set $place (v128.const i32x4 0 0 0 0))
      (local.set $start (i32.const 0))
      (local.set $row (local.get $rows))
      (loop $rows
        (local.set $at (local.get $start))
        (local.set $column (local.get $columns))
        (loop $columns
          (local.set $value (v128.load (i32.add (local.get $x) (local.get $at))))
          (local.set $larger (f32x4.gt (local.get $value) (local.get $best)))
          (local.set $best (v128.bitselect
            (local.get $value) (local.get $best) (local.get $larger)))
          (local.set $place (v128.bitselect
            (i32x4.splat (local.get $at)) (local.get $place) (local.get $larger)))
          (local.set $at (i32.add (local.get $at) (local.get $pixel)))
          (br_if $columns (local.tee $column (i32.sub (local.get $column) (i32.const 1)))))
        (local.set $start (i32.add (local.get $start) (local.get $line)))
        (br_if $rows (local.tee $row (i32.sub (local.get $row) (i32.const 1)))))
      (local.set $at (i32.add (local.get $dx) (i32x4.extract_lane 0 (local.get $place))))
      (f32.store (local.get $at)
        (f32.add (f32.load (local.get $at)) (f32.load (local.get $dy))))
      (local.set $at (i32.add (local.get $dx) (i32x4.extract_lane 1 (local.get $place))))
      (f32.store offset=4 (local.get $at)
        (f32.add (f32.load offset=4 (local.get $at)) (f32.load offset=4 (local.get $dy))))
      (local.set $at (i32.add (local.get $dx) (i32x4.extract_lane 2 (local.get $place))))
      (f32.store offset=8 (local.get $at)
        (f32.add (f32.load offset=8 (local.get $at)) (f32.load offset=8 (local.get $dy))))
      (local.set $at (i32.add (local.get $dx) (i32x4.extract_lane 3 (local.get $place))))
      (f32.store offset=12 (local.get $at)
        (f32.add (f32.load offset=12 (local.get $at)) (f32.load offset=12 (local.get $dy))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (local.set $dx (i32.add (local.get $dx) (i32.const 16)))
      (local.set $dy (i32.add (local.get $dy) (i32.const 16)))
      (br_if $fours (local.tee $left (i32.sub (local.get $left) (i32.const 16)))))))
